/** An application that was killed, and the next run of it: what it is told, what it goes on with, and what is ended because nobody can go on with it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  answerLines,
  ContractScene,
  field,
  inDialogOf,
  sdpType,
  type ContractApplication,
} from "../../testing/contract-scene.ts";
import type { KeepingServer } from "../../testing/keeping-servers.ts";
import { exampleSdp, headerOf, inviteLines, type RawPeer } from "../../testing/raw-peer.ts";

const longAbsenceMs = 20_000;
const shortAbsenceMs = 300;

let scene: ContractScene;
let peers: number;

export function itKeepsCalls(server: KeepingServer): void {
  const openFor = (absenceMs: number) => async (): Promise<void> => {
    peers = 0;
    const open = (): ReturnType<KeepingServer["open"]> => server.open(absenceMs);
    scene = new ContractScene({ name: server.name, ackTimeoutMs: 32_000, kind: "engine", open });
    await scene.open();
  };
  const close = (): Promise<void> => scene.close();

  describe("the next run comes", () => {
    beforeEach(openFor(longAbsenceMs));
    afterEach(close);
    goesOn();
    acknowledges();
    hearsWhatHappened();
    doesNotGoOn();
  });
  describe("nobody comes", () => {
    beforeEach(openFor(shortAbsenceMs));
    afterEach(close);
    it("calls are hung up, whoever had placed them", async () => {
      const first = await scene.returning("1");
      const calls = [await answered(first), await placed(first)];
      await scene.gone(first);
      for (const { peer, callId } of calls) expect(headerOf(await peer.receive(/^BYE /), "Call-ID")).toBe(callId);
    });
  });
}

function goesOn(): void {
  it("is named every dialog, of calls that came in and of calls that went out", async () => {
    const first = await scene.returning("1");
    const calls = [await answered(first), await placed(first)];
    await scene.gone(first);
    const second = await scene.returning("2");
    expect(await told(second)).toEqual(calls.map(({ dialogId }) => dialogId).toSorted());
  });

  it("answers a re-INVITE that comes later, and hangs up", async () => {
    const { second, call } = await comeBack(answered);
    call.peer.send(inDialogOf(call.peer, call.answer, "2 INVITE", sdpType), exampleSdp);
    const hold = await second.heard(/INVITE /);
    expect(hold.fields[field.dialog]).toBe(call.dialogId);
    await second.answer(hold, "200 OK", { lines: sdpType, body: exampleSdp });
    await call.peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INVITE/);
    call.peer.send(inDialogOf(call.peer, call.answer, "2 ACK"));
    await second.heard(/ACK /);
    await hangsUp(second, call);
  });

  it("sends a re-INVITE of its own in a call that it had placed, and hangs up", async () => {
    const { second, call } = await comeBack(placed);
    const lines = ["INVITE sip:placeholder SIP/2.0", ...sdpType];
    second.say(`sip||${call.dialogId}`, lines, exampleSdp);
    const hold = await call.peer.receive(/^INVITE /);
    accepts({ peer: call.peer, invite: hold });
    await second.heard(/SIP\/2\.0 200/);
    second.say(`sip||${call.dialogId}`, ["ACK sip:placeholder SIP/2.0"]);
    await call.peer.receive(/^ACK /);
    await hangsUp(second, call);
  });

  it("as the same run that lost its connection, answers what had not been answered", async () => {
    const first = await scene.returning("1");
    const caller = await peer();
    const ringing = await scene.invited(caller, first);
    await first.answer(ringing, "180 Ringing");
    await caller.receive(/^SIP\/2\.0 180/);
    await scene.gone(first);
    const second = await scene.returning("1");
    await told(second);
    await second.answer(ringing, "200 OK", { lines: sdpType, body: exampleSdp });
    await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 INVITE/);
  });

  it("takes over from a connection that is still there", async () => {
    const first = await scene.returning("1");
    const call = await answered(first);
    const second = await scene.returning("2");
    await first.closed();
    expect(await told(second)).toEqual([call.dialogId]);
    await isHungUp(second, call);
  });
}

/** Its re-INVITE was answered, and the ACK was not sent. */
function acknowledges(): void {
  it("with a call whose re-INVITE the earlier run had not acknowledged: it gets its ACK, and goes on", async () => {
    const first = await scene.returning("1");
    const call = await placed(first);
    first.say(`sip||${call.dialogId}`, ["INVITE sip:placeholder SIP/2.0", ...sdpType], exampleSdp);
    const hold = await call.peer.receive(/^INVITE /);
    accepts({ peer: call.peer, invite: hold });
    await first.heard(/SIP\/2\.0 200/);
    await scene.gone(first);
    const second = await scene.returning("2");
    expect(await told(second)).toEqual([call.dialogId]);
    expect(headerOf(await call.peer.receive(/^ACK /), "CSeq")).toBe(headerOf(hold, "CSeq").replace("INVITE", "ACK"));
    await hangsUp(second, call);
  });

  it("not with a call whose far end has offered in its answer: nobody is left to answer that", async () => {
    const first = await scene.returning("1");
    const call = await placed(first);
    first.say(`sip||${call.dialogId}`, ["INVITE sip:placeholder SIP/2.0"]);
    const asked = await call.peer.receive(/^INVITE /);
    accepts({ peer: call.peer, invite: asked });
    await first.heard(/SIP\/2\.0 200/);
    await scene.gone(first);
    await scene.returning("2");
    await call.peer.receive(/^ACK /);
    await call.peer.receive(/^BYE /);
  });
}

function hearsWhatHappened(): void {
  it("of a request within a call, and its answer arrives", async () => {
    const first = await scene.returning("1");
    const call = await answered(first);
    await scene.gone(first);
    call.peer.send(inDialogOf(call.peer, call.answer, "2 INFO"));
    const second = await scene.returning("2");
    await told(second);
    const info = await second.heard(/INFO /);
    expect(info.fields[field.dialog]).toBe(call.dialogId);
    await second.answer(info, "200 OK");
    await call.peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INFO/);
  });

  it("of a hang-up meanwhile, and of one that the earlier run had no time to react to", async () => {
    const first = await scene.returning("1");
    const [early, late] = [await answered(first), await answered(first)];
    const bye = (call: Call): void => call.peer.send(inDialogOf(call.peer, call.answer, "2 BYE"));
    bye(early);
    await first.heard(/BYE /);
    await scene.gone(first);
    bye(late);
    const second = await scene.returning("2");
    expect(await told(second)).toEqual([early.dialogId, late.dialogId].toSorted());
    for (const { dialogId, peer: caller } of [early, late]) {
      const heard = await second.heard(/BYE /);
      expect(heard.fields[field.dialog]).toBe(dialogId);
      second.sayAnswer(heard, "200 OK");
      await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
    }
  });
}

function doesNotGoOn(): void {
  it("with a call that was not answered: its caller hears 503", async () => {
    const first = await scene.returning("1");
    const caller = await peer();
    await scene.invited(caller, first);
    await scene.gone(first);
    await told(await scene.returning("2"));
    await caller.receive(/^SIP\/2\.0 503[\s\S]*CSeq: 1 INVITE/);
  });

  it("with a call that it was placing: the ringing stops, and an answer that crosses is hung up", async () => {
    const first = await scene.returning("1");
    const [rings, crosses] = [await ringing(first), await ringing(first)];
    await scene.gone(first);
    await told(await scene.returning("2"));
    const cancel = await rings.peer.receive(/^CANCEL /);
    rings.peer.send(answerLines(cancel, "200 OK"));
    rings.peer.send(answerLines(rings.invite, "487 Request Terminated"));
    await rings.peer.receive(/^ACK /);
    await crosses.peer.receive(/^CANCEL /);
    accepts(crosses);
    await crosses.peer.receive(/^ACK /);
    await crosses.peer.receive(/^BYE /);
  });

  it("with a call that was answered meanwhile: nobody is left in it", async () => {
    const first = await scene.returning("1");
    const call = await ringing(first);
    await scene.gone(first);
    accepts(call);
    await told(await scene.returning("2"));
    await call.peer.receive(/^ACK /);
    await call.peer.receive(/^BYE /);
  });

  it("with a call that comes while nobody is there as if it had never been: it is refused, or offered to the next run", async () => {
    const first = await scene.returning("1");
    await answered(first);
    await scene.gone(first);
    const caller = await peer();
    const callId = scene.callId();
    caller.send(inviteLines(caller, scene.server.at, { callId }), exampleSdp);
    const second = await scene.returning("2");
    const offered = second.heard(/INVITE /).then((invite) => second.answer(invite, "486 Busy Here"));
    // Of a call that was refused nothing is heard.
    offered.catch(() => undefined);
    expect(headerOf(await caller.receive(/^SIP\/2\.0 (486|5\d\d)/), "Call-ID")).toBe(callId);
  });
}

type Call = { peer: RawPeer; callId: string; dialogId: string; answer: string };
type Ringing = { peer: RawPeer; invite: string };

/** Each call has a far end of its own. */
async function peer(): Promise<RawPeer> {
  peers += 1;
  return scene.peer(`127.0.0.${1 + peers}`);
}

/** A call that came in, is answered and acknowledged. */
async function answered(application: ContractApplication): Promise<Call> {
  const caller = await peer();
  const callId = scene.callId();
  const invite = await scene.invited(caller, application, callId);
  const echo = await application.answer(invite, "200 OK", { lines: sdpType, body: exampleSdp });
  const answer = await caller.receive(/^SIP\/2\.0 200/);
  caller.send(inDialogOf(caller, answer, "1 ACK"));
  await application.heard(/ACK /);
  return { peer: caller, callId, answer, dialogId: echo.fields[field.echoDialog] ?? "" };
}

/** A call that the application places and that rings. */
async function ringing(application: ContractApplication): Promise<Ringing> {
  const callee = await peer();
  await application.command("sip||", [`INVITE sip:callee@${callee.hostPort} SIP/2.0`, ...sdpType], exampleSdp);
  const invite = await callee.receive(/^INVITE /);
  callee.send(answerLines(invite, "180 Ringing"));
  await application.heard(/SIP\/2\.0 180/);
  return { peer: callee, invite };
}

function accepts({ peer: callee, invite }: Ringing): void {
  callee.send(answerLines(invite, "200 OK", [`Contact: <sip:callee@${callee.hostPort}>`, ...sdpType]), exampleSdp);
}

/** A call that the application has placed, answered and acknowledged. */
async function placed(application: ContractApplication): Promise<Call> {
  const call = await ringing(application);
  accepts(call);
  const dialogId = (await application.heard(/SIP\/2\.0 200/)).fields[field.dialog] ?? "";
  await application.command(`sip||${dialogId}`, ["ACK sip:placeholder SIP/2.0"]);
  await call.peer.receive(/^ACK /);
  return { peer: call.peer, callId: headerOf(call.invite, "Call-ID"), answer: "", dialogId };
}

/** One call, a killed application, and its next run, which has been told. */
async function comeBack(
  begin: (application: ContractApplication) => Promise<Call>,
): Promise<{ second: ContractApplication; call: Call }> {
  const first = await scene.returning("1");
  const call = await begin(first);
  await scene.gone(first);
  const second = await scene.returning("2");
  expect(await told(second)).toEqual([call.dialogId]);
  return { second, call };
}

/** The dialogs that an application is named which comes back. */
async function told(application: ContractApplication): Promise<string[]> {
  const named = await application.next(/\|response\|instance:contract\|OK\|/);
  const ids = named.message.split("\r\n").filter((line) => line !== "");
  expect(named.fields[4]).toBe(String(ids.length));
  return ids.toSorted();
}

async function hangsUp(application: ContractApplication, { peer: far, callId, dialogId }: Call): Promise<void> {
  application.say(`sip||${dialogId}`, ["BYE sip:placeholder SIP/2.0"]);
  const bye = await far.receive(/^BYE /);
  expect(headerOf(bye, "Call-ID")).toBe(callId);
  far.send(answerLines(bye, "200 OK"));
  await application.heard(/SIP\/2\.0 200/);
}

async function isHungUp(application: ContractApplication, { peer: far, answer }: Call): Promise<void> {
  far.send(inDialogOf(far, answer, "2 BYE"));
  await application.answer(await application.heard(/BYE /), "200 OK");
  await far.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
}
