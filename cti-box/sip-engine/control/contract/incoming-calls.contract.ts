/** Requests from the network: what the application is told and in which order, and what the peer hears (control protocol §2, §5, §6.4, §9.1). */
import { describe, expect, it } from "vitest";
import {
  cancelOf,
  field,
  inDialogOf,
  sdpType,
  type ContractApplication,
  type ContractScene,
  type Frame,
} from "../../testing/contract-scene.ts";
import { exampleSdp, headerOf, type RawPeer } from "../../testing/raw-peer.ts";

const timeOfDay = /^\d\d:\d\d:\d\d\.\d{6}$/;
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

const unknownTransaction = ["NOK", "Response not sent due to unknown transaction"];
const isOther = (scene: ContractScene): boolean => scene.underTest.kind === "other";

type Answered = { caller: RawPeer; application: ContractApplication; invite: Frame; echo: Frame; answer: string };

/** A call that the application has answered with 200, not acknowledged yet. */
async function answered(scene: ContractScene): Promise<Answered> {
  const application = await scene.application("invite");
  const caller = await scene.peer("127.0.0.2");
  const invite = await scene.invited(caller, application);
  const echo = await application.answer(invite, "200 OK", { lines: sdpType, body: exampleSdp });
  return { caller, application, invite, echo, answer: await caller.receive(/^SIP\/2\.0 200/) };
}

async function established(scene: ContractScene): Promise<Answered & { ack: Frame }> {
  const call = await answered(scene);
  call.caller.send(inDialogOf(call.caller, call.answer, "1 ACK"));
  return { ...call, ack: await call.application.heard(/ACK /) };
}

export function itHandsOverIncomingCalls(scene: ContractScene): void {
  describe("incoming calls", () => {
    metaFields(scene);
    order(scene);
    insideOfDialogs(scene);
    cancelled(scene);
    refusals(scene);
  });
}

function metaFields(scene: ContractScene): void {
  it("a new request comes with the peer's place, a transaction id, no dialog id, and the place where it arrived", async () => {
    const application = await scene.application("invite");
    const caller = await scene.peer("127.0.0.2");
    const { fields, message } = await scene.invited(caller, application);
    expect(fields).toHaveLength(13);
    expect(fields.slice(1, 3)).toEqual(["sip", "network"]);
    expect(fields.slice(4, 7)).toEqual(["udp", ...caller.hostPort.split(":")]);
    expect(fields[7]).toMatch(timeOfDay);
    expect(fields[field.transaction]).toMatch(uuid);
    expect(fields.slice(9)).toEqual(["", ...scene.server.at.split(":"), ""]);
    expect(headerOf(message, "Via")).toContain(`rport=${caller.hostPort.split(":")[1]}`);
    expect(message.endsWith(exampleSdp)).toBe(true);
  });

  it("the echo of an answer is the answer as sent, with the caller's place and the dialog's id", async () => {
    const { caller, invite, echo, answer } = await answered(scene);
    expect(echo.fields.slice(1, 2)).toEqual(["response"]);
    expect(echo.fields.slice(3, 5)).toEqual(["OK", "application"]);
    expect(echo.fields.slice(7, 9)).toEqual(caller.hostPort.split(":"));
    expect(echo.fields[9]).toMatch(timeOfDay);
    expect(echo.fields[field.echoTransaction]).toBe(invite.fields[field.transaction]);
    const dialogId = `${headerOf(answer, "Call-ID")};from-tag=caller-${headerOf(answer, "Call-ID")}`;
    expect(echo.fields.slice(11)).toEqual([dialogId, "", "Msg sent:", ""]);
    expect(echo.message).toBe(answer);
    expect(headerOf(answer, "Contact")).toBe(`<sip:${scene.server.at}>`);
  });

  it("180 and 200 have one To tag; the application's own tag is used when it gives one", async () => {
    const application = await scene.application("invite");
    const caller = await scene.peer("127.0.0.2");
    const invite = await scene.invited(caller, application);
    const ringing = await application.answer(invite, "180 Ringing");
    const answer = await application.answer(invite, "200 OK", { lines: sdpType, body: exampleSdp });
    expect(headerOf(ringing.message, "To")).toMatch(/;tag=.+/);
    expect(headerOf(answer.message, "To")).toBe(headerOf(ringing.message, "To"));
    const second = await scene.invited(caller, application);
    const own = ["Call-ID", "CSeq", "From"].map((name) => `${name}: ${headerOf(second.message, name)}`);
    const to = `To: ${headerOf(second.message, "To")};tag=of-the-application`;
    const echo = await application.command(`sip|${second.fields[field.transaction]}|`, [
      "SIP/2.0 486 Busy Here",
      ...own,
      to,
    ]);
    expect(headerOf(echo.message, "To")).toContain(";tag=of-the-application");
  });

  it("a request that makes no dialog is answered without a dialog id", async () => {
    const application = await scene.application("message");
    const caller = await scene.peer("127.0.0.2");
    const callId = scene.callId();
    caller.send(messageLines(caller, scene, callId), "hello");
    const request = await application.heard(/MESSAGE /);
    const echo = await application.answer(request, "200 OK");
    expect(echo.fields.slice(10)).toEqual([request.fields[field.transaction], "", "", "Msg sent:", ""]);
    await caller.receive(/^SIP\/2\.0 200/);
  });
}

function order(scene: ContractScene): void {
  it("the echo of the 200 comes before its ACK, which has the INVITE's transaction id and the dialog's id", async () => {
    const application = await scene.application("invite");
    const caller = await scene.peer("127.0.0.2");
    const invite = await scene.invited(caller, application);
    const id = application.sayAnswer(invite, "200 OK", { lines: sdpType, body: exampleSdp });
    // The ACK is there before the application has read anything of what follows its answer.
    caller.send(inDialogOf(caller, await caller.receive(/^SIP\/2\.0 200/), "1 ACK"));
    const echo = await application.next();
    expect(echo.fields[field.quoted]).toBe(id);
    const ack = await application.next();
    expect(ack.message).toMatch(/^ACK /);
    expect(ack.fields[field.transaction]).toBe(invite.fields[field.transaction]);
    expect(ack.fields.slice(9)).toEqual([echo.fields[field.echoDialog], ""]);
  });

  it(
    "a 200 without an ACK ends in a BYE that nobody asked for, told with its reason",
    { timeout: 60_000 },
    async () => {
      const { caller, application, echo } = await answered(scene);
      const bye = await application.heard(/BYE /, scene.underTest.ackTimeoutMs * 1.2 + 2_000);
      expect(bye.fields.slice(1, 3)).toEqual(["sip", "application"]);
      expect(bye.fields.slice(8)).toEqual(["unsolicited", echo.fields[field.echoDialog], ""]);
      expect(headerOf(bye.message, "Reason")).toBe('SIP;cause=200;text="ACK timeout"');
      await caller.receive(/^BYE /);
    },
  );
}

function insideOfDialogs(scene: ContractScene): void {
  it("requests in a dialog go to its owner, whatever it takes, with a new transaction id and the dialog's id", async () => {
    const { caller, application, invite, echo, answer } = await established(scene);
    const bystander = await scene.application("info", "invite");
    caller.send(inDialogOf(caller, answer, "2 INFO", ["Content-Type: text/plain"]), "hello");
    const info = await application.heard(/INFO /);
    expect(info.fields[field.transaction]).toMatch(uuid);
    expect(info.fields[field.transaction]).not.toBe(invite.fields[field.transaction]);
    expect(info.fields.slice(9)).toEqual([echo.fields[field.echoDialog], ""]);
    expect((await application.answer(info, "200 OK")).fields[field.echoDialog]).toBe(echo.fields[field.echoDialog]);
    caller.send(inDialogOf(caller, answer, "3 INVITE", sdpType), exampleSdp);
    const again = await application.heard(/INVITE /);
    expect(again.fields.slice(9)).toEqual([echo.fields[field.echoDialog], ""]);
    expect(bystander.unread).toBe(0);
  });

  it("the ACK of a re-INVITE is told with the dialog's id", async () => {
    const { caller, application, echo, answer } = await established(scene);
    caller.send(inDialogOf(caller, answer, "2 INVITE", sdpType), exampleSdp);
    const again = await application.heard(/INVITE /);
    await application.answer(again, "200 OK", { lines: sdpType, body: exampleSdp });
    const second = await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INVITE/);
    caller.send(inDialogOf(caller, second, "2 ACK"));
    expect((await application.heard(/ACK /)).fields[field.dialog]).toBe(echo.fields[field.echoDialog]);
  });

  it("BYE: told with the dialog's id, answered by the application; the dialog is gone by then", async () => {
    const { caller, application, echo, answer } = await established(scene);
    caller.send(inDialogOf(caller, answer, "2 BYE"));
    const bye = await application.heard(/BYE /);
    expect(bye.fields.slice(9)).toEqual([echo.fields[field.echoDialog], ""]);
    const farewell = await application.answer(bye, "200 OK");
    expect(farewell.fields.slice(10)).toEqual([bye.fields[field.transaction], "", "", "Msg sent:", ""]);
    await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
    const late = await application.command(`sip||${echo.fields[field.echoDialog]}`, ["INFO sip:placeholder SIP/2.0"]);
    expect(late.fields[field.outcome]).toBe("NOK");
    expect(late.fields[field.text]).toContain("unable to find dialog");
  });
}

function cancelled(scene: ContractScene): void {
  it.each([
    ["before any answer of the application: without a dialog id", null],
    ["while it rings: with the dialog's id", "180 Ringing"],
  ])("CANCEL %s", async (_name, status) => {
    const application = await scene.application("invite");
    const caller = await scene.peer("127.0.0.2");
    const callId = scene.callId();
    const invite = await scene.invited(caller, application, callId);
    if (status !== null) await application.answer(invite, status);
    caller.send(cancelOf(caller, scene, callId));
    const cancel = await application.next();
    expect(cancel.message).toMatch(/^CANCEL /);
    expect(cancel.fields[field.transaction]).toBe(invite.fields[field.transaction]);
    const dialogId = status === null ? "" : `${callId};from-tag=caller-${callId}`;
    expect(cancel.fields.slice(9)).toEqual([dialogId, ""]);
    await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 CANCEL/);
    await caller.receive(/^SIP\/2\.0 487[\s\S]*CSeq: 1 INVITE/);
    // drachtio-srf answers the INVITE all the same: that is refused, and does no harm.
    const late = await application.answer(invite, "487 Request Terminated");
    expect(late.fields.slice(3)).toEqual(unknownTransaction);
    expect((await application.command("ping")).fields[field.outcome]).toBe("OK");
  });

  it("CANCEL that crosses the 200 is refused with 481", async () => {
    const { caller, answer } = await answered(scene);
    caller.send(cancelOf(caller, scene, headerOf(answer, "Call-ID")));
    await caller.receive(/^SIP\/2\.0 481[\s\S]*CSeq: 1 CANCEL/);
  });

  // The other server ends the call only when the CANCEL has the To tag of the 200, which no CANCEL has.
  it.skipIf(isOther(scene))("… and the call ended, with a BYE that is told as one that nobody asked for", async () => {
    const { caller, application, echo, answer } = await answered(scene);
    caller.send(cancelOf(caller, scene, headerOf(answer, "Call-ID")));
    const bye = await application.heard(/BYE /);
    expect(bye.fields.slice(8)).toEqual(["unsolicited", echo.fields[field.echoDialog], ""]);
    expect(headerOf(bye.message, "Reason")).toBe('SIP;cause=200;text="CANCEL after 200 OK"');
    expect(headerOf(await caller.receive(/^BYE /), "Reason")).toBe(headerOf(bye.message, "Reason"));
  });
}

function refusals(scene: ContractScene): void {
  it("an answer to a transaction that never was is refused", async () => {
    const application = await scene.application();
    expect((await application.command("sip|nosuch|", ["SIP/2.0 200 OK"])).fields.slice(3)).toEqual(unknownTransaction);
  });

  // The other server sends it as long as the caller has not acknowledged the first.
  it.skipIf(isOther(scene))("a second final answer is refused", async () => {
    const application = await scene.application("invite");
    const caller = await scene.peer("127.0.0.2");
    const invite = await scene.invited(caller, application);
    await application.answer(invite, "486 Busy Here");
    expect((await application.answer(invite, "480 Later")).fields.slice(3)).toEqual(unknownTransaction);
  });

  it("a BYE of no dialog is refused with 481, the application hears nothing of it", async () => {
    const { caller, application, answer } = await established(scene);
    caller.send(inDialogOf(caller, answer.replace(/;tag=caller/, ";tag=other"), "2 BYE"));
    await caller.receive(/^SIP\/2\.0 481/);
    expect(application.unread).toBe(0);
  });

  it("requests in a dialog whose application is gone are refused with 481", async () => {
    const { caller, application, answer } = await established(scene);
    application.leave();
    // The first may have been handed over before the server noticed.
    caller.send(inDialogOf(caller, answer, "2 INFO"));
    await caller.receive(/^SIP\/2\.0 (481|503)/);
    caller.send(inDialogOf(caller, answer, "3 INFO"));
    await caller.receive(/^SIP\/2\.0 481[\s\S]*CSeq: 3 INFO/);
  });
}

function messageLines(caller: RawPeer, scene: ContractScene, callId: string): string[] {
  return [
    `MESSAGE sip:callee@${scene.server.at} SIP/2.0`,
    `Via: SIP/2.0/UDP ${caller.hostPort};branch=z9hG4bK-${callId}`,
    `From: <sip:caller@${caller.hostPort}>;tag=caller-${callId}`,
    `To: <sip:callee@${scene.server.at}>`,
    `Call-ID: ${callId}`,
    "CSeq: 1 MESSAGE",
    "Max-Forwards: 70",
    "Content-Type: text/plain",
  ];
}
