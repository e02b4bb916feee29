/**
 * What trunks want in calls, session timers and keys in INFO, with carriers played by sipp, each of which has to go exactly as its scenario says. A second of a
 * session lasts five milliseconds here.
 */
import { afterEach, beforeEach, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../../../sip-engine/engine.ts";
import { freePort, hasSipp, runScenario } from "../../../sip-engine/testing/sipp/run-scenario.ts";
import { CountingIds } from "../../../testing/counting-ids.ts";
import { HandMovedClock } from "../../../testing/hand-moved-clock.ts";
import { RecordingLog } from "../../../testing/recording-log.ts";
import { RecordingHost } from "../../../testing/signalling-scene.ts";
import { SipSignalling } from "./sip-signalling.ts";
import type { CallId, ContactId, LegId } from "../../domain/call/ids.ts";
import type { SessionTimerWish } from "../../domain/trunk/session-timer-wish.ts";

if (!hasSipp) throw new Error("sipp is needed here: apt-get install sip-tester");

const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n";
const legId = "leg-1" as LegId;
const secondMs = 5;
let engine: SipEngineHandle;
let sip: SipSignalling;
let host: RecordingHost;

/** `everyCallSeconds`: what the engine asks for where the trunk has no wish. */
async function open(everyCallSeconds: number): Promise<void> {
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["control secret"],
    contacts: ["sip:127.0.0.1:0;transport=udp"],
    t1Ms: 100,
    dialogs: { secondMs, sessionRefresher: "uas", sessionExpiresSeconds: everyCallSeconds },
  });
  host = new RecordingHost();
  const control = { ...engine.admin, secret: "control secret" };
  const office = { officeId: "x_test1", domain: "uno.example" };
  const log = new RecordingLog();
  sip = new SipSignalling({ control, office, clock: new HandMovedClock(), ids: new CountingIds(), log });
  await sip.start(host);
}
// The trunk's wish has to go before it.
beforeEach(() => open(200));
afterEach(async () => {
  await sip.close();
  await engine.close();
});

const wish = (sessionTimer: SessionTimerWish | null): void =>
  sip.useTerms("carrier", { credentials: null, sessionTimer });

/** Plays the carrier that is called; resolves with its end once it is called. */
async function called(name: string, pauseMs = 0): Promise<{ carrier: Promise<void> }> {
  const port = await freePort();
  const carrier = played({ name, port, pauseMs });
  carrier.catch(() => undefined);
  const callerId = { number: "+390668888888", identity: "asserted", withheld: false } as const;
  await sip.placeLeg({
    legId,
    to: { kind: "trunk", trunkId: "carrier", uri: `sip:+393331234567@127.0.0.1:${port}`, nextHop: null, callerId },
    sdp,
    caller: { user: null, displayName: null, isWithheld: false },
    callId: "call-1" as CallId,
    contactId: "0123456789abcdef0123456789abcdef" as ContactId,
  });
  await host.event("leg-answered");
  return { carrier };
}

/** Plays the carrier that calls, up to its answer. */
async function calling(name: string, pauseMs: number): Promise<{ carrier: Promise<void>; legId: LegId }> {
  const target = engine.contacts[0]?.replace("udp/", "") ?? "";
  const carrier = played({ name, target, port: await freePort(), pauseMs });
  carrier.catch(() => undefined);
  const { legId } = await host.invited();
  await sip.answerLeg(legId, sdp, null);
  return { carrier, legId };
}

async function played(scenario: Parameters<typeof runScenario>[0]): Promise<void> {
  const { code, report } = await runScenario(scenario);
  expect(`${code} ${report}`).toBe("0 ");
}

async function hangUp(): Promise<void> {
  await sip.endLeg(legId, "hung-up");
  expect(await host.event("leg-ended")).toEqual({ type: "leg-ended", legId, how: "closed" });
}

/** Until a session of so many seconds is long over. That nothing happens is only seen by waiting. */
const longAfter = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * secondMs * 1.5));

it("a carrier that wants a longer session is asked once more for that, and gets our signs of life", async () => {
  wish({ mode: "request", seconds: 300, refresher: "auto" });
  const { carrier } = await called("carrier-wants-longer-session");
  expect(await host.event("leg-ended")).toEqual({ type: "leg-ended", legId, how: "bye" });
  await carrier;
});

it("so is one that had not been asked by the trunk's own wish", async () => {
  await sip.close();
  await engine.close();
  await open(300);
  const { carrier } = await called("carrier-wants-longer-session");
  expect(await host.event("leg-ended")).toEqual({ type: "leg-ended", legId, how: "bye" });
  await carrier;
});

it("a carrier that is to keep the session alive, does so once, and then falls silent, is hung up", async () => {
  wish({ mode: "request", seconds: 300, refresher: "them" });
  const { carrier } = await called("carrier-falls-silent", 500);
  expect(await host.event("leg-ended")).toEqual({ type: "leg-ended", legId, how: "lost" });
  await carrier;
});

it("without session timers none is asked for, and the call goes on without signs of life", async () => {
  wish({ mode: "off" });
  const { carrier } = await called("carrier-without-timer");
  await longAfter(300);
  await hangUp();
  await carrier;
  expect(host.unheard()).toEqual([]);
});

it("a carrier that asks gets its timer where that is accepted, and is hung up when it falls silent", async () => {
  wish({ mode: "accept" });
  const { carrier, legId: leg } = await calling("carrier-keeps-session", 500);
  expect(await host.event("leg-ended")).toEqual({ type: "leg-ended", legId: leg, how: "lost" });
  await carrier;
});

it("a carrier that asks gets none where they are off, and its silence ends nothing", async () => {
  wish({ mode: "off" });
  const { carrier, legId: leg } = await calling("carrier-asks-in-vain", 800);
  expect(await host.event("leg-ended")).toEqual({ type: "leg-ended", legId: leg, how: "bye" });
  await carrier;
});

it("keys are told one after the other, and as the carrier knows them", async () => {
  const { carrier } = await called("carrier-told-keys");
  for (const digit of ["5", "*", "0"]) await sip.sendKey(legId, { digit, durationMs: 120 });
  expect(await host.event("leg-ended")).toEqual({ type: "leg-ended", legId, how: "bye" });
  await carrier;
});
