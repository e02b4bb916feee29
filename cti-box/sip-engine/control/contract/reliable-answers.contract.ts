/** Reliable provisional answers, UPDATE and session timers: who says what, and what the application hears of it (control protocol §5.3, §6.3, §6.4, §9.2). */
import { describe, expect, it } from "vitest";
import {
  answerLines,
  field,
  inDialogOf,
  sdpType,
  type ContractApplication,
  type ContractScene,
  type Frame,
} from "../../testing/contract-scene.ts";
import { exampleSdp, headerOf, inviteLines, type RawPeer } from "../../testing/raw-peer.ts";

export function itAnswersReliably(scene: ContractScene): void {
  describe("reliable answers and session timers", () => {
    received(scene);
    placed(scene);
    updates(scene);
    sessionTimers(scene);
  });
}

function received(scene: ContractScene): void {
  it("an answer with Require: 100rel gets a number that the echo shows, and its PRACK is the application's to answer", async () => {
    const { caller, application, invite } = await offered(scene, ["Supported: 100rel"]);
    const reliable = { lines: ["Require: 100rel", ...sdpType], body: exampleSdp };
    const echo = await application.answer(invite, "183 Session Progress", reliable);
    const number = headerOf(echo.message, "RSeq");
    expect(number).toMatch(/^\d+$/);
    const progress = await caller.receive(/^SIP\/2\.0 183/);
    expect(headerOf(progress, "RSeq")).toBe(number);
    caller.send(inDialogOf(caller, progress, "2 PRACK", [`RAck: ${number} 1 INVITE`]));
    const prack = await application.heard(/PRACK /);
    expect(prack.fields[field.transaction]).not.toBe(invite.fields[field.transaction]);
    expect(prack.fields.slice(9)).toEqual([echo.fields[field.echoDialog], ""]);
    await application.answer(prack, "200 OK");
    await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 PRACK/);
    await application.answer(invite, "200 OK");
    await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 INVITE/);
  });

  it("it is refused where the caller does not know such answers", async () => {
    const { application, invite } = await offered(scene);
    const { fields } = await application.answer(invite, "183 Session Progress", { lines: ["Require: 100rel"] });
    expect(fields.slice(3)).toEqual(["NOK", "Remote endpoint does not support 100rel"]);
  });
}

function placed(scene: ContractScene): void {
  it("the callee's reliable answer makes the dialog known: PRACK goes in it, then the call is answered", async () => {
    const application = await scene.application();
    const callee = await scene.peer("127.0.0.3");
    const lines = [`INVITE sip:callee@${callee.hostPort} SIP/2.0`, "Supported: 100rel", ...sdpType];
    await application.command("sip||", lines, exampleSdp);
    const invite = await callee.receive(/^INVITE /);
    const contact = `Contact: <sip:callee@${callee.hostPort}>`;
    callee.send(answerLines(invite, "183 Session Progress", ["Require: 100rel", "RSeq: 7", contact]));
    const { fields } = await application.heard(/SIP\/2\.0 183/);
    const number = Number.parseInt(headerOf(invite, "CSeq"), 10);
    const rack = `RAck: 7 ${number} INVITE`;
    const sent = await application.command(`sip||${fields[field.dialog]}`, ["PRACK sip:placeholder SIP/2.0", rack]);
    expect(sent.fields[field.outcome]).toBe("OK");
    const prack = await callee.receive(/^PRACK /);
    expect(headerOf(prack, "RAck")).toBe(`7 ${number} INVITE`);
    expect(headerOf(prack, "CSeq")).toBe(`${number + 1} PRACK`);
    callee.send(answerLines(prack, "200 OK"));
    const answered = await application.heard(/SIP\/2\.0 200/);
    expect(answered.fields[field.transaction]).toBe(sent.fields[field.echoTransaction]);
    callee.send(answerLines(invite, "200 OK", [contact, ...sdpType]), exampleSdp);
    expect((await application.heard(/SIP\/2\.0 200/)).fields[field.dialog]).toBe(fields[field.dialog]);
  });
}

function updates(scene: ContractScene): void {
  it("UPDATE in a dialog is told with the dialog's id and a transaction of its own", async () => {
    const { caller, application, invite, answer, echo } = await talking(scene);
    caller.send(inDialogOf(caller, answer, "2 UPDATE", sdpType), exampleSdp);
    const update = await application.heard(/UPDATE /);
    expect(update.fields.slice(9)).toEqual([echo.fields[field.echoDialog], ""]);
    expect(update.fields[field.transaction]).not.toBe(invite.fields[field.transaction]);
    await application.answer(update, "200 OK", { lines: sdpType, body: exampleSdp });
    await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 UPDATE/);
  });
}

function sessionTimers(scene: ContractScene): void {
  it("a session timer whose refresher the caller has named is in the 200", async () => {
    const { answer } = await talking(scene, ["Supported: timer", "Session-Expires: 600;refresher=uac"]);
    expect(headerOf(answer, "Session-Expires")).toMatch(/^600\s*;\s*refresher=uac$/);
  });

  it("a refresh that asks for less than 90 seconds is refused with 422, the application hears nothing of it", async () => {
    const { caller, application, answer } = await talking(scene);
    caller.send(inDialogOf(caller, answer, "2 UPDATE", ["Supported: timer", "Session-Expires: 60"]));
    expect(headerOf(await caller.receive(/^SIP\/2\.0 422/), "Min-SE")).toBe("90");
    expect((await application.command("ping")).fields[field.text]).toBe("pong");
    expect(application.unread).toBe(0);
  });
}

type Offered = { caller: RawPeer; application: ContractApplication; invite: Frame };

/** A call of the caller's that the application has heard of. */
export async function offered(scene: ContractScene, more: string[] = []): Promise<Offered> {
  const application = await scene.application("invite");
  const caller = await scene.peer("127.0.0.2");
  caller.send(inviteLines(caller, scene.server.at, { callId: scene.callId(), more }), exampleSdp);
  return { caller, application, invite: await application.heard(/INVITE /) };
}

type Talking = Offered & { answer: string; echo: Frame; dialogId: string };

/** The application has answered the caller's call, and it is acknowledged. */
export async function talking(scene: ContractScene, more: string[] = []): Promise<Talking> {
  const call = await offered(scene, more);
  const echo = await call.application.answer(call.invite, "200 OK", { lines: sdpType, body: exampleSdp });
  const answer = await call.caller.receive(/^SIP\/2\.0 200/);
  call.caller.send(inDialogOf(call.caller, answer, "1 ACK"));
  await call.application.heard(/ACK /);
  return { ...call, answer, echo, dialogId: echo.fields[field.echoDialog] ?? "" };
}
