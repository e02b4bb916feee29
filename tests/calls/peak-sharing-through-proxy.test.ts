/**
 * Peak sharing through the network's proxy (Kamailio, with the configuration that sip-proxy-config writes): two offices as programs and SIP parties who know each other by voice.
 * The directory names an address for each office that nobody listens at, so what arrives has come through the proxy.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseNetwork } from "../../sip-proxy-config/src/network.ts";
import { renderKamailioConfig } from "../../sip-proxy-config/src/render-kamailio-config.ts";
import { startProxy } from "../../sip-proxy-config/src/run-proxy.ts";
import { officeConfig, officeNumber, passwordOf } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { SipParties, type PartyCall } from "../parties/sip-parties.ts";

const network = `127.43.${1 + Math.floor(Math.random() * 250)}`;
const at = { citizens: `${network}.2`, proxy: `${network}.3`, phones: [`${network}.4`, `${network}.5`] as const };
const offices = [
  { officeId: "x_test1", address: `${network}.11`, nobody: `${network}.21`, operator: "anna" },
  { officeId: "x_test2", address: `${network}.12`, nobody: `${network}.22`, operator: "bruno" },
] as const;
const opened: (() => Promise<void>)[] = [];
let running: [OfficeProcess, OfficeProcess];
let citizens: SipParties;
let phones: [SipParties, SipParties];

beforeAll(async () => {
  const listen = [{ address: at.proxy, port: 5060, transports: ["udp" as const] }];
  const members = offices.map(({ officeId, address }) => ({
    officeId,
    label: officeId,
    transport: "udp",
    addresses: [{ address, port: 5060 }],
  }));
  const described = parseNetwork({ proxy: { domain: "network.test", listen }, members });
  if (!described.ok) throw new Error(described.problems.join("\n"));
  const proxy = await startProxy({ configText: renderKamailioConfig(described.network), listen, log: () => undefined });
  opened.push(() => proxy.close());
  running = [await startOffice(0), await startOffice(1)];
  citizens = await open(at.citizens);
  phones = [await open(at.phones[0]), await open(at.phones[1])];
  for (const index of [0, 1] as const) {
    const { address, operator } = offices[index];
    await phones[index].register(address, operator, passwordOf(operator));
  }
});
afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

async function startOffice(which: 0 | 1): Promise<OfficeProcess> {
  const { officeId, address, operator } = offices[which];
  const config = officeConfig({ officeId, address, carrierAddress: at.citizens, operators: [operator] });
  const directory = offices.map((each) => ({
    officeId: each.officeId,
    label: each.officeId,
    sip: { uri: `sip:${each.nobody}:5060;transport=udp`, addresses: [each.nobody] },
    // One citizen of another office at a time.
    ...(each.officeId === "x_test2" && { sharing: { capacity: 1 } }),
  }));
  const proxy = { uri: `sip:${at.proxy}:5060;transport=udp`, addresses: [at.proxy], domain: "network.test" };
  const office = await startOfficeProcess({
    ...config,
    queues: [{ queueId: "urp", label: "URP", sharing: { whenWaiting: 0, answerSeconds: 10 } }],
    network: { ...(config["network"] as object), offices: directory, proxy },
  });
  opened.push(() => office.close());
  return office;
}

async function open(address: string): Promise<SipParties> {
  const parties = await SipParties.open(address);
  opened.push(() => parties.close());
  return parties;
}

const call = (from: string): Promise<PartyCall> => citizens.call(offices[0].address, officeNumber, from);

async function hearEachOther(one: PartyCall, other: PartyCall | undefined): Promise<void> {
  await expect
    .poll(() => [one.audio.hears(), other?.audio.hears()], { timeout: 10_000 })
    .toEqual([other?.audio.voice, one.audio.voice]);
}

test("a citizen of the saturated office is answered by the other one, free of charge; a third one waits at home, for the other office has declared one place", async () => {
  const readers = running.map((office) => new OfficeReader(office.url)) as [OfficeReader, OfficeReader];
  const first = await call("+393331000001");
  await readers[0].event("call-answered");
  await hearEachOther(first, phones[0].answered[0]);

  // One look at the line finds both, and may offer one.
  const second = await call("+393331000002");
  const third = await call("+393331000003");
  expect(await readers[0].event("call-overflow-offered")).toMatchObject({ toOfficeId: "x_test2" });
  const ringing = await readers[1].event("call-ringing");
  expect(ringing.call).toMatchObject({
    caller: { number: "+393331000002" },
    transferredFrom: { officeId: "x_test1", isOverflow: true },
  });
  const taken = await readers[0].event("call-overflowed");
  await hearEachOther(second, phones[1].answered[0]);

  await first.hangUp();
  await expect.poll(() => phones[0].answered.length, { timeout: 10_000 }).toBe(2);
  await hearEachOther(third, phones[0].answered[1]);
  expect(phones[1].answered).toHaveLength(1);

  await second.hangUp();
  await third.hangUp();
  for (const reader of readers) await expect.poll(() => reader.callsInProgress(), { timeout: 10_000 }).toBe(0);
  const here = (await readers[0].records()).find(({ callId }) => callId === taken.call.callId);
  const [there] = await readers[1].records();
  expect(here?.transfers).toMatchObject([
    { target: { officeId: "x_test2" }, reason: "overflow", outcome: "transferred", tariff: "on-net" },
  ]);
  expect(there).toMatchObject({
    contactId: here?.contactId,
    operatorLogins: ["bruno"],
    legs: [{ tariff: "on-net" }, {}],
  });
  const events = await new OfficeReader(running[0].url).allEvents();
  expect(events.filter(({ type }) => type === "call-overflow-offered")).toHaveLength(1);
  for (const office of running) expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
