/** An office that keeps its calls in PostgreSQL loses the server in the middle of calls, alone or together with the box; the parties notice nothing, and no call is lost. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startRtpengine, type RtpengineProcess } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { PostgresProcess } from "../../cti-box/testing/postgres-process.ts";
import { officeConfig, officeNumber, passwordOf } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { SipParties, type PartyCall } from "../parties/sip-parties.ts";

const third = 1 + Math.floor(Math.random() * 250);
const address = `127.41.${third}.1`;
const carrierAddress = `127.41.${third}.2`;
const phonesAddress = `127.41.${third}.3`;

let database: PostgresProcess;
let rtpengine: RtpengineProcess;
let office: OfficeProcess;
let citizens: SipParties;
let phones: SipParties;

beforeAll(async () => {
  database = await PostgresProcess.start();
  rtpengine = await startRtpengine();
  const { ngHost, ngPort } = rtpengine;
  office = await startOfficeProcess({
    ...officeConfig({ officeId: "x_test1", address, carrierAddress, operators: ["anna"] }),
    store: { postgres: { url: database.url } },
    engine: { kind: "own-process" },
    media: { kind: "rtpengine", ngHost, ngPort },
  });
  citizens = await SipParties.open(carrierAddress);
  phones = await SipParties.open(phonesAddress);
  await phones.register(address, "anna", passwordOf("anna"));
});
afterAll(async () => {
  await citizens?.close();
  await phones?.close();
  await office?.close();
  await rtpengine?.close();
  await database?.close();
});
afterEach(async () => {
  for (const call of [...citizens.answered, ...phones.answered]) await call.hangUp();
});

type Pair = { citizen: PartyCall; operator: PartyCall };

async function talkingCall(): Promise<Pair> {
  phones.answered.length = 0;
  const citizen = await citizens.call(address, officeNumber, "+393331234567");
  await until(() => phones.answered.length > 0);
  const [operator] = phones.answered;
  if (operator === undefined) throw new Error("nobody answered");
  await talk({ citizen, operator });
  return { citizen, operator };
}

async function talk({ citizen, operator }: Pair): Promise<void> {
  await until(
    () => citizen.audio.hears() === operator.audio.voice && operator.audio.hears() === citizen.audio.voice,
    20_000,
  );
}

async function until(isSo: () => boolean | Promise<boolean>, deadlineMs = 60_000): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error(`it is not so: ${isSo.toString()}\n${office.log().slice(-3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function journalIsUp(): Promise<boolean> {
  const status = (await (await fetch(`${office.url}/api/status`)).json()) as { journal: { ok: boolean } };
  return status.journal.ok;
}

/** How each call ended, in the order in which they came; every event there once, with its cursor. */
async function endings(): Promise<(string | null)[]> {
  const reader = new OfficeReader(office.url);
  await until(async () => (await reader.callsInProgress()) === 0);
  const cursors = (await reader.allEvents()).map(({ cursor }) => cursor);
  expect(cursors).toEqual(cursors.map((_cursor, index) => index + 1));
  const records = await reader.records();
  expect(records.flatMap(({ legs }) => legs).filter(({ endedAt }) => endedAt === null)).toEqual([]);
  return records.toSorted((one, other) => (one.callId < other.callId ? -1 : 1)).map(({ endCause }) => endCause);
}

test.each(["SIGINT", "SIGQUIT"] as const)(
  "the database ends by %s while they talk: they talk on, hang up, and call again; when it is back it has everything",
  async (signal) => {
    const before = (await endings()).length;
    const first = await talkingCall();
    await database.goDown(signal);
    await talk(first);
    await first.citizen.hangUp();
    expect(await first.operator.ended).toBe("box");
    await until(async () => !(await journalIsUp()));
    const second = await talkingCall();
    await database.comeUp();
    await until(journalIsUp);
    await second.operator.hangUp();
    expect(await second.citizen.ended).toBe("box");
    expect((await endings()).slice(before)).toEqual(["caller-hung-up", "operator-hung-up"]);
  },
);

test("box and database are killed together: the box does not start without it, and then takes the call back", async () => {
  const before = (await endings()).length;
  const pair = await talkingCall();
  await until(async () => (await new OfficeReader(office.url).records()).at(-1)?.answeredAt !== null);
  await Promise.all([database.goDown("SIGQUIT"), office.kill()]);
  await talk(pair);
  await expect(office.restart()).rejects.toThrow(/PostgreSQL 127\.0\.0\.1/);
  await talk(pair);
  await database.comeUp();
  office = await office.restart();
  expect(await pair.operator.reinvite("sendonly")).toBe(200);
  expect(await pair.operator.reinvite("sendrecv")).toBe(200);
  await talk(pair);
  await pair.citizen.hangUp();
  expect(await pair.operator.ended).toBe("box");
  expect((await endings()).slice(before)).toEqual(["caller-hung-up"]);
});
