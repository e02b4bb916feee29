/** Another office is consulted, joins in a conference and takes the citizen over, all through the network's proxy (Kamailio): two offices as programs, three phones, by ear. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ulid } from "ulid";
import { parseNetwork } from "../../sip-proxy-config/src/network.ts";
import { renderKamailioConfig } from "../../sip-proxy-config/src/render-kamailio-config.ts";
import { startProxy, type RunningProxy } from "../../sip-proxy-config/src/run-proxy.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsBoth, hearsMusic, hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { OfficeProcess } from "../office/office-process.ts";
import type { PhoneHost } from "../phones/phone-network.ts";

const tones = { citizen: 1000, anna: 440, bruno: 700 };
const ids = ["x_test1", "x_test2"] as const;
const opened: (() => Promise<void> | void)[] = [];
let network: PhoneNetwork;
let proxy: RunningProxy;
let carrier: PhoneHost;
let addresses: [string, string];
let offices: OfficeProcess[];

beforeAll(async () => {
  network = PhoneNetwork.open();
  opened.push(() => network.close());
  carrier = network.addHost();
  const proxyAddress = network.addOfficeAddress();
  // The next address of an office follows the number of hosts.
  network.addHost();
  addresses = [network.address, network.addOfficeAddress()];
  const members = ids.map((officeId, index) => ({
    officeId,
    label: officeId,
    transport: "udp",
    addresses: [{ address: addresses[index], port: 5060 }],
  }));
  const listen = [{ address: proxyAddress, port: 5060, transports: ["udp" as const, "tcp" as const] }];
  const described = parseNetwork({ proxy: { domain: "network.test", listen }, members });
  if (!described.ok) throw new Error(described.problems.join("\n"));
  proxy = await startProxy({ configText: renderKamailioConfig(described.network), listen, log: () => undefined });
  opened.push(() => proxy.close());
  const start = async (which: 0 | 1): Promise<OfficeProcess> => {
    const config = officeConfig({
      officeId: ids[which],
      address: addresses[which],
      carrierAddress: carrier.address,
      operators: [which === 0 ? "anna" : "bruno"],
      others: [{ officeId: ids[1 - which] ?? "", address: addresses[1 - which] ?? "" }],
    });
    const uri = `sip:${proxyAddress}:5060;transport=udp`;
    const throughProxy = { uri, addresses: [proxyAddress], domain: "network.test" };
    return startOfficeProcess({ ...config, network: { ...(config["network"] as object), proxy: throughProxy } });
  };
  offices = await Promise.all([start(0), start(1)]);
  for (const office of offices) opened.push(() => office.close());
});
afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

async function phone(user: "citizen" | "anna" | "bruno", domain: string): Promise<BaresipPhone> {
  const host = user === "citizen" ? carrier : network.addHost();
  const toneHz = tones[user];
  const opening =
    user === "citizen"
      ? BaresipPhone.open({ host, account: { user: "+393315550123", domain: host.address }, toneHz, answer: "manual" })
      : openOperatorPhone({ user, domain, host, toneHz, answer: "manual" });
  const phone = await opening;
  opened.push(() => phone.close());
  return phone;
}

test("consulted, in a conference, and with the citizen in the end; the word that the citizen is theirs passes the proxy", async () => {
  const [one, two] = addresses;
  const [anna, bruno] = [await phone("anna", one), await phone("bruno", two)];
  const citizen = await phone("citizen", one);
  const readers = offices.map((office) => new OfficeReader(office.url));
  const session = await OperatorSession.open(offices[0]?.url ?? "", "anna");
  citizen.command("dial", `sip:${officeNumber}@${one}`);
  await anna.event("CALL_INCOMING");
  anna.command("accept");
  const { callId } = (await readers[0]!.event("call-answered")).call;
  const transferId = ulid();
  const transfer = `/api/calls/${callId}/transfers`;
  const target = { kind: "office", officeId: "x_test2" };
  const order = { transferId, mode: "attended", target, ticketId: ulid(), reason: "competence", message: "" };
  expect(await session.command("POST", transfer, order)).toBe(202);
  await bruno.event("CALL_INCOMING");
  bruno.command("accept");
  await readers[0]!.event("call-consulting");
  await Promise.all([
    hearsTone(anna, tones.bruno),
    hearsTone(bruno, tones.anna),
    hearsMusic(citizen, Object.values(tones)),
  ]);
  const together = { talkingTo: "everybody" };
  expect(await session.command("PUT", `${transfer}/${transferId}/consultation`, together)).toBe(204);
  await Promise.all([
    hearsBoth(citizen, [tones.anna, tones.bruno]),
    hearsBoth(anna, [tones.citizen, tones.bruno]),
    hearsBoth(bruno, [tones.citizen, tones.anna]),
  ]);
  anna.command("hangup");
  expect(await readers[1]!.event("call-handed-over")).toMatchObject({ operatorLogin: "bruno" });
  await Promise.all([hearsTone(citizen, tones.bruno), hearsTone(bruno, tones.citizen)]);
  citizen.command("hangup");
  await Promise.all(readers.map((reader) => reader.event("call-ended")));
  for (const office of offices) expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
