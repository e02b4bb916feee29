/**
 * The part of the signalling port that keeps sessions alive (RFC 4028), as a trunk wishes and as far ends ask for: who gives the signs of life, what the other one says to
 * them, and that silence ends the call. Every server measures the same 90 seconds, each in seconds of its own.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleSdp, headerOf, inviteLines } from "../../../sip-engine/testing/raw-peer.ts";
import { SignallingScene } from "../../../testing/signalling-scene.ts";
import { answerLines, orderTo, viaToCseq } from "./placed-legs.contract.ts";
import type { RawPeer } from "../../../sip-engine/testing/raw-peer.ts";
import type { ServerUnderTest } from "../../../sip-engine/testing/server-under-test.ts";
import type { LegId } from "../../domain/call/ids.ts";

let scene: SignallingScene;
let secondMs: number;
let calls = 0;

const sdpType = "Content-Type: application/sdp";
const timed = ["Require: timer", "Supported: timer"];
const callerId = { number: "+390668888888", identity: "asserted", withheld: false } as const;
/** A refresh of ours; the server says which of the two methods. */
const ourRefresh = /^(INVITE|UPDATE) [\s\S]*^To:.*;tag=/m;
/** When the carrier gives its own sign of life, and how soon after it no server may hang up. */
const theirs = { refreshAfter: 40, notBefore: 55, atLast: 110 };

export function itKeepsSessionsAlive(underTest: ServerUnderTest): void {
  describe(`session timers of the box on ${underTest.name}`, () => {
    beforeAll(async () => {
      ({ secondMs } = underTest);
      scene = await SignallingScene.open(underTest);
      scene.sip.useTerms("carrier", {
        credentials: null,
        sessionTimer: { mode: "request", seconds: 90, refresher: "us" },
      });
    });
    afterAll(() => scene.close());

    askedOnceMore();
    saidInEveryExchange();
    describe.concurrent("for more than a minute", { timeout: 200 * underTest.secondMs + 20_000 }, () => {
      keptAliveByUs();
      keptAliveByThem();
    });
  });
}

type Call = { far: RawPeer; legId: LegId; invite: string };

/** The INVITE of a call to a carrier with that wish. */
async function placed(refresher: "us" | "them" | "auto"): Promise<Call> {
  calls += 1;
  const legId = `01KAQZS00000000000000000${String(calls).padStart(2, "0")}` as LegId;
  const far = await scene.peer("127.0.0.1");
  const trunkId = `carrier-${refresher}`;
  scene.sip.useTerms(trunkId, { credentials: null, sessionTimer: { mode: "request", seconds: 90, refresher } });
  const to = { kind: "trunk", trunkId, uri: `sip:+393331234567@${far.hostPort}`, callerId } as const;
  await scene.sip.placeLeg({ ...orderTo(far, to), legId });
  return { far, legId, invite: await far.receive(/^INVITE /) };
}

/** The same call, answered and acknowledged. */
async function talking(refresher: "us" | "them", expires: string): Promise<Call> {
  const call = await placed(refresher);
  takes(call, call.invite, expires);
  await scene.host.event("leg-answered", { legId: call.legId });
  await call.far.receive(/^ACK /);
  return call;
}

/** 200 to an INVITE or UPDATE of ours, with a session of that kind. */
function takes({ far }: Pick<Call, "far">, request: string, expires: string): void {
  const lines = headerOf(request, "To").includes(";tag=")
    ? [...viaToCseq(request), `Contact: <sip:carrier@${far.hostPort}>`]
    : answerLines(request, far);
  const head = ["SIP/2.0 200 OK", ...lines, ...timed, `Session-Expires: ${expires}`];
  if (request.startsWith("INVITE")) far.send([...head, sdpType], exampleSdp);
  else far.send(head);
}

type Received = Call & { answer: string };

/** A call from there that asks for a session of that kind; our 200, acknowledged. */
async function received(address: string, expires: string): Promise<Received> {
  calls += 1;
  const callId = `session-${process.pid}-${calls}`;
  const user = `callee-${calls}`;
  const far = await scene.peer(address);
  const more = ["Supported: timer", `Session-Expires: ${expires}`, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE"];
  const lines = inviteLines(far, scene.address, { callId, more });
  far.send(
    lines.map((line) => line.replace("INVITE sip:callee@", `INVITE sip:${user}@`)),
    exampleSdp,
  );
  const { legId } = await scene.host.invited(user);
  await scene.sip.answerLeg(legId, exampleSdp, null);
  const answer = await far.receive(/^SIP\/2\.0 200/);
  far.send(inDialog(far, answer, "1 ACK"));
  return { far, legId, invite: lines.join("\r\n"), answer };
}

/** A request of the far end's in a dialog. `ends`: a message with its two ends, From ours or theirs. */
function inDialog(far: RawPeer, ends: string, ...[request, more = []]: [string, (readonly string[])?]): string[] {
  const [number, method] = request.split(" ");
  const isTheirs = ends.startsWith("SIP/2.0");
  const [from, to] = isTheirs ? ["From", "To"] : ["To", "From"];
  const tag = isTheirs ? "" : ";tag=phone";
  return [
    `${method} ${/<([^>]+)>/.exec(headerOf(ends, "Contact"))?.[1] ?? ""} SIP/2.0`,
    `Via: SIP/2.0/UDP ${far.hostPort};branch=z9hG4bK-${headerOf(ends, "Call-ID")}-${method}-${number}`,
    `From: ${headerOf(ends, from ?? "")}${tag}`,
    `To: ${headerOf(ends, to ?? "")}`,
    `Call-ID: ${headerOf(ends, "Call-ID")}`,
    `CSeq: ${number} ${method}`,
    `Contact: <sip:carrier@${far.hostPort}>`,
    "Max-Forwards: 70",
    ...more,
  ];
}

/** What a message says of the session: seconds and who refreshes. */
function sessionIn(message: string): string {
  return headerOf(message, "Session-Expires").replaceAll(" ", "");
}

async function hangUp({ far, legId }: Call): Promise<void> {
  await scene.sip.endLeg(legId, "hung-up");
  far.send(["SIP/2.0 200 OK", ...viaToCseq(await far.receive(/^BYE /))]);
  expect(await scene.host.event("leg-ended", { legId })).toMatchObject({ how: "closed" });
}

function askedOnceMore(): void {
  test("a carrier that finds the interval too short is asked once more for its own, in the same call", async () => {
    const call = await placed("auto");
    expect([sessionIn(call.invite), headerOf(call.invite, "Min-SE")]).toEqual(["90", "90"]);
    call.far.send(["SIP/2.0 422 Session Interval Too Small", ...answerLines(call.invite, call.far), "Min-SE: 600"]);
    await call.far.receive(/^ACK /);
    const again = await call.far.receive(/^INVITE /);
    expect([sessionIn(again), headerOf(again, "Min-SE")]).toEqual(["600", "600"]);
    expect(headerOf(again, "Call-ID")).toBe(headerOf(call.invite, "Call-ID"));
    expect(headerOf(again, "From")).toBe(headerOf(call.invite, "From"));
    const numberOf = (invite: string): number => Number.parseInt(headerOf(invite, "CSeq"), 10);
    expect(numberOf(again)).toBe(numberOf(call.invite) + 1);
    takes(call, again, "600;refresher=uac");
    await scene.host.event("leg-answered", { legId: call.legId });
    await call.far.receive(/^ACK /);
    await hangUp(call);
  });

  test("one that refuses without an interval of its own is not", async () => {
    const { far, legId, invite } = await placed("auto");
    far.send(["SIP/2.0 422 Session Interval Too Small", ...answerLines(invite, far)]);
    await far.receive(/^ACK /);
    expect(await scene.host.event("leg-failed", { legId })).toMatchObject({ status: 422 });
    expect(far.unread(/^INVITE /)).toEqual([]);
  });
}

function saidInEveryExchange(): void {
  // RFC 4028 §7.4, §9: an exchange that does not say it ends the timer, and with it the signs of life of who gave them.
  test("a description of ours goes with the session as it was agreed", async () => {
    const call = await talking("them", "90;refresher=uas");
    const agreed = scene.sip.renegotiateLeg(call.legId, exampleSdp);
    const again = await call.far.receive(/^INVITE /);
    expect([sessionIn(again), headerOf(again, "Supported")]).toEqual([
      "90;refresher=uas",
      expect.stringContaining("timer"),
    ]);
    takes(call, again, "90;refresher=uas");
    expect(await agreed).toMatchObject({ kind: "agreed" });
    await call.far.receive(/^ACK /);
    await hangUp(call);
  });

  test("so does the news of with whom an office talks, and its own signs of life are answered so", async () => {
    const call = await received("127.0.0.3", "90;refresher=uac");
    expect(sessionIn(call.answer)).toBe("90;refresher=uac");
    await scene.sip.tellConnected(call.legId, { user: "202", displayName: "Bruno", isWithheld: false });
    const update = await call.far.receive(/^UPDATE /);
    expect([sessionIn(update), headerOf(update, "Supported")]).toEqual([
      "90;refresher=uas",
      expect.stringContaining("timer"),
    ]);
    takes(call, update, "90;refresher=uas");
    const sign = ["Supported: timer", "Session-Expires: 90;refresher=uac"];
    call.far.send(inDialog(call.far, call.answer, "2 UPDATE", sign));
    const answer = await call.far.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 UPDATE/);
    expect([sessionIn(answer), headerOf(answer, "Require")]).toEqual(["90;refresher=uac", "timer"]);
    await hangUp(call);
  });
}

function keptAliveByUs(): void {
  const deadlineMs = (): number => 60 * secondMs + 5_000;

  test("a carrier that we called gets our signs of life, one after the other", async () => {
    const call = await talking("us", "90;refresher=uac");
    for (let sign = 1; sign <= 2; sign += 1) {
      const refresh = await call.far.receive(ourRefresh, deadlineMs());
      expect(sessionIn(refresh)).toBe("90;refresher=uac");
      takes(call, refresh, "90;refresher=uac");
      if (refresh.startsWith("INVITE")) await call.far.receive(/^ACK /);
    }
    await hangUp(call);
  });

  test("so does one that called us and left it open who gives them", async () => {
    const call = await received("127.0.0.1", "90");
    expect([sessionIn(call.answer), headerOf(call.answer, "Require")]).toEqual(["90;refresher=uas", "timer"]);
    const refresh = await call.far.receive(ourRefresh, deadlineMs());
    expect(sessionIn(refresh)).toBe("90;refresher=uac");
    takes(call, refresh, "90;refresher=uac");
    if (refresh.startsWith("INVITE")) await call.far.receive(/^ACK /);
    await hangUp(call);
  });
}

function keptAliveByThem(): void {
  test("a carrier that we called and that gives one sign of life, by UPDATE, is hung up after it", async () => {
    const call = await talking("them", "90;refresher=uas");
    expect(sessionIn(call.invite)).toBe("90;refresher=uas");
    const from = await signOfLife(call, inDialog(call.far, call.invite, "1 UPDATE", [...sign]));
    expect(sessionIn(await call.far.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 UPDATE/))).toBe("90;refresher=uac");
    await lost(call, from);
  });

  test("one that called us, and gives its sign by re-INVITE, too", async () => {
    const call = await received("127.0.0.1", "90;refresher=uac");
    expect(sessionIn(call.answer)).toBe("90;refresher=uac");
    const from = await signOfLife(call, inDialog(call.far, call.answer, "2 INVITE", [...sign, sdpType]), exampleSdp);
    await scene.host.event("leg-reinvited", { legId: call.legId });
    await scene.sip.answerReinvite(call.legId, exampleSdp);
    const answer = await call.far.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INVITE/);
    expect([sessionIn(answer), headerOf(answer, "Require")]).toEqual(["90;refresher=uac", "timer"]);
    call.far.send(inDialog(call.far, call.answer, "2 ACK"));
    await lost(call, from);
  });
}

const sign = ["Supported: timer", "Session-Expires: 90;refresher=uac"] as const;

/** After a time that the carrier counts; when it was. */
async function signOfLife({ far }: Call, ...[lines, body]: [string[], string?]): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, theirs.refreshAfter * secondMs));
  const from = performance.now();
  far.send(lines, body);
  return from;
}

/** Silence since then: the session has begun anew at the sign of life, and no earlier, and is then over. */
async function lost({ far, legId }: Call, fromMs: number): Promise<void> {
  const bye = await far.receive(/^BYE /, theirs.atLast * secondMs);
  expect((performance.now() - fromMs) / secondMs).toBeGreaterThan(theirs.notBefore);
  expect(headerOf(bye, "Reason")).toContain("Session timer expired");
  far.send(["SIP/2.0 200 OK", ...viaToCseq(bye)]);
  expect(await scene.host.event("leg-ended", { legId })).toMatchObject({ how: "lost" });
}
