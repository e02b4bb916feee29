/** Requests of the application: what is sent, what the application is told and in which order, CANCEL and its races (control protocol §4, §6, §7). */
import { describe, expect, it } from "vitest";
import {
  answerLines,
  field,
  sdpType,
  type ContractApplication,
  type ContractScene,
  type Frame,
} from "../../testing/contract-scene.ts";
import { exampleSdp, headerOf, type RawPeer } from "../../testing/raw-peer.ts";

type Placed = { callee: RawPeer; application: ContractApplication; echo: Frame; invite: string; transactionId: string };

async function placed(scene: ContractScene): Promise<Placed> {
  const application = await scene.application();
  const callee = await scene.peer("127.0.0.3");
  const echo = await application.command(
    "sip||",
    [`INVITE sip:callee@${callee.hostPort} SIP/2.0`, ...sdpType],
    exampleSdp,
  );
  const invite = await callee.receive(/^INVITE /);
  return { callee, application, echo, invite, transactionId: echo.fields[field.echoTransaction] ?? "" };
}

const contactOf = (callee: RawPeer): string[] => [`Contact: <sip:callee@${callee.hostPort}>`];

/** The callee has answered with 200, and the application has heard it. */
async function accepted(scene: ContractScene): Promise<Placed & { answer: Frame; dialogId: string }> {
  const call = await placed(scene);
  call.callee.send(answerLines(call.invite, "200 OK", [...contactOf(call.callee), ...sdpType]), exampleSdp);
  const answer = await call.application.heard(/SIP\/2\.0 200/);
  return { ...call, answer, dialogId: answer.fields[field.dialog] ?? "" };
}

export async function acknowledged(scene: ContractScene): Promise<Placed & { dialogId: string }> {
  const call = await accepted(scene);
  await call.application.command(`sip||${call.dialogId}`, ["ACK sip:placeholder SIP/2.0"]);
  await call.callee.receive(/^ACK /);
  return call;
}

export function itPlacesCalls(scene: ContractScene): void {
  describe("placed calls", () => {
    requests(scene);
    answers(scene);
    insideOfDialogs(scene);
    cancelling(scene);
    refusals(scene);
  });
}

function requests(scene: ContractScene): void {
  it("the reply is the request as sent, with what the application left out", async () => {
    const { echo, invite, callee } = await placed(scene);
    expect(echo.fields.slice(3, 5)).toEqual(["OK", "application"]);
    expect(echo.fields.slice(6, 9)).toEqual(["udp", ...scene.server.at.split(":")]);
    expect(echo.fields.slice(11)).toEqual(["Msg sent:", ""]);
    expect(echo.message).toBe(invite);
    expect(headerOf(invite, "Via")).toMatch(/^SIP\/2\.0\/UDP .*;branch=z9hG4bK/);
    expect(headerOf(invite, "Max-Forwards")).toBe("70");
    expect(headerOf(invite, "From")).toMatch(/;tag=.+/);
    expect(headerOf(invite, "To")).toBe(`<sip:callee@${callee.hostPort}>`);
    expect(headerOf(invite, "Contact")).toBe(`<sip:${scene.server.at}>`);
    expect(headerOf(invite, "CSeq")).toMatch(/^\d+ INVITE$/);
  });

  it("localhost in From and Contact stands for the server's own address", async () => {
    const application = await scene.application();
    const callee = await scene.peer("127.0.0.3");
    const lines = [`OPTIONS sip:${callee.hostPort} SIP/2.0`, "from: sip:1001@localhost", "contact: sip:1001@localhost"];
    const { message } = await application.command("sip||", lines);
    expect(headerOf(message, "From")).toMatch(new RegExp(`^<sip:1001@${scene.server.at}>;tag=`));
    expect(headerOf(message, "Contact")).toBe(`<sip:1001@${scene.server.at}>`);
  });

  it("Call-ID, CSeq and From tag of a request are kept: that is how drachtio-srf asks again with credentials", async () => {
    const application = await scene.application();
    const callee = await scene.peer("127.0.0.3");
    const given = ["call-id: same-again", "CSeq: 7 INVITE", `From: <sip:1001@${scene.server.at}>;tag=same`];
    await application.command("sip||", [`INVITE sip:${callee.hostPort} SIP/2.0`, ...given]);
    const invite = await callee.receive(/^INVITE /);
    expect(["Call-ID", "CSeq", "From"].map((name) => headerOf(invite, name))).toEqual([
      "same-again",
      "7 INVITE",
      `<sip:1001@${scene.server.at}>;tag=same`,
    ]);
    callee.send(answerLines(invite, "486 Busy Here"));
    await application.heard(/SIP\/2\.0 486/);
  });

  it("field 5 of the command is the next hop, the request-URI stays", async () => {
    const application = await scene.application();
    const callee = await scene.peer("127.0.0.3");
    await application.command(`sip|||sip:${callee.hostPort}`, ["OPTIONS sip:somebody@elsewhere.example SIP/2.0"]);
    const options = await callee.receive(/^OPTIONS sip:somebody@elsewhere\.example SIP\/2\.0/);
    expect(headerOf(options, "Route")).toBe("");
  });
}

function answers(scene: ContractScene): void {
  it("100 is not told; every other answer is, with the callee's place, the transaction's and the dialog's id", async () => {
    const { callee, application, invite, transactionId } = await placed(scene);
    callee.send(answerLines(invite, "100 Trying"));
    callee.send(answerLines(invite, "180 Ringing"));
    const ringing = await application.next();
    expect(ringing.message).toMatch(/^SIP\/2\.0 180/);
    expect(ringing.fields.slice(1, 3)).toEqual(["sip", "network"]);
    expect(ringing.fields.slice(4, 7)).toEqual(["udp", ...callee.hostPort.split(":")]);
    const tag = /;tag=(.+)$/.exec(headerOf(invite, "From"))?.[1];
    expect(ringing.fields.slice(8)).toEqual([transactionId, `${headerOf(invite, "Call-ID")};from-tag=${tag}`, ""]);
  });

  it("a refusal is acknowledged by the server; the application's own ACK of it is refused, without harm", async () => {
    const { callee, application, invite } = await placed(scene);
    callee.send(answerLines(invite, "486 Busy Here"));
    const refusal = await application.heard(/SIP\/2\.0 486/);
    const ack = await callee.receive(/^ACK /);
    expect(headerOf(ack, "Via")).toBe(headerOf(invite, "Via"));
    const own = await application.command(`sip||${refusal.fields[field.dialog]}`, ["ACK sip:placeholder SIP/2.0"]);
    expect(own.fields[field.outcome]).toBe("NOK");
    expect(own.fields[field.text]).toContain("ACK for non-success final response is automatically generated");
  });

  it("answers to a request that makes no dialog come without a dialog id", async () => {
    const application = await scene.application();
    const callee = await scene.peer("127.0.0.3");
    const echo = await application.command("sip||", [`OPTIONS sip:${callee.hostPort} SIP/2.0`]);
    callee.send(answerLines(await callee.receive(/^OPTIONS /), "200 OK"));
    const answer = await application.heard(/SIP\/2\.0 200/);
    expect(answer.fields.slice(8)).toEqual([echo.fields[field.echoTransaction], "", ""]);
  });

  it("an answer that comes again is told once, and its ACK sent again", async () => {
    const { callee, application, invite } = await acknowledged(scene);
    callee.send(answerLines(invite, "200 OK", [...contactOf(callee), ...sdpType]), exampleSdp);
    await callee.receive(/^ACK /);
    expect((await application.command("ping")).fields[field.text]).toBe("pong");
    expect(application.unread).toBe(0);
  });
}

function insideOfDialogs(scene: ContractScene): void {
  it("the ACK has the INVITE's number, and goes to the callee's Contact", async () => {
    const { callee, application, invite, dialogId } = await accepted(scene);
    const reply = await application.command(`sip||${dialogId}`, ["ACK sip:placeholder SIP/2.0"]);
    expect(reply.fields.slice(11)).toEqual(["Msg sent:", ""]);
    const ack = await callee.receive(/^ACK /);
    expect(ack.split(" ")[1]).toBe(`sip:callee@${callee.hostPort}`);
    expect(headerOf(ack, "CSeq")).toBe(headerOf(invite, "CSeq").replace("INVITE", "ACK"));
    expect(headerOf(ack, "To")).toContain(";tag=callee");
  });

  it("a request in the dialog goes to the callee's Contact with the next number, its answer comes with the dialog's id", async () => {
    const { callee, application, invite, dialogId } = await acknowledged(scene);
    const echo = await application.command(`sip||${dialogId}`, ["INFO sip:placeholder SIP/2.0"]);
    const info = await callee.receive(/^INFO /);
    expect(info.split(" ")[1]).toBe(`sip:callee@${callee.hostPort}`);
    expect(Number.parseInt(headerOf(info, "CSeq"), 10)).toBe(Number.parseInt(headerOf(invite, "CSeq"), 10) + 1);
    callee.send(answerLines(info, "200 OK"));
    const answer = await application.heard(/SIP\/2\.0 200/);
    expect(answer.fields.slice(8)).toEqual([echo.fields[field.echoTransaction], dialogId, ""]);
  });

  it("a BYE that is challenged leaves the dialog, one that is answered ends it", async () => {
    const { callee, application, dialogId } = await acknowledged(scene);
    await application.command(`sip||${dialogId}`, ["BYE sip:placeholder SIP/2.0"]);
    const challenge = ['WWW-Authenticate: Digest realm="r", nonce="n"'];
    callee.send(answerLines(await callee.receive(/^BYE /), "401 Unauthorized", challenge));
    await application.heard(/SIP\/2\.0 401/);
    const again = await application.command(`sip||${dialogId}`, ["BYE sip:placeholder SIP/2.0"]);
    expect(again.fields[field.outcome]).toBe("OK");
    callee.send(answerLines(await callee.receive(/^BYE /), "200 OK"));
    await application.heard(/SIP\/2\.0 200/);
    const late = await application.command(`sip||${dialogId}`, ["INFO sip:placeholder SIP/2.0"]);
    expect(late.fields[field.text]).toContain("unable to find dialog");
  });

  it("a BYE of the callee's is told with the dialog's id", async () => {
    const { callee, application, invite, dialogId } = await acknowledged(scene);
    callee.send([
      `BYE ${/<([^>]+)>/.exec(headerOf(invite, "Contact"))?.[1]} SIP/2.0`,
      `Via: SIP/2.0/UDP ${callee.hostPort};branch=z9hG4bK-bye-${headerOf(invite, "Call-ID")}`,
      `From: ${headerOf(invite, "To")};tag=callee`,
      `To: ${headerOf(invite, "From")}`,
      `Call-ID: ${headerOf(invite, "Call-ID")}`,
      "CSeq: 5 BYE",
      "Max-Forwards: 70",
    ]);
    const bye = await application.heard(/BYE /);
    expect(bye.fields.slice(9)).toEqual([dialogId, ""]);
    await application.answer(bye, "200 OK");
    await callee.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 5 BYE/);
  });
}

function cancelling(scene: ContractScene): void {
  const cancelLines = ["CANCEL sip:placeholder SIP/2.0", 'Reason: SIP;cause=200;text="Call completed elsewhere"'];

  it("CANCEL waits until the callee has said a word, names the INVITE, and its 200 is not told", async () => {
    const { callee, application, invite, transactionId } = await placed(scene);
    const reply = await application.command(`sip|${transactionId}|`, cancelLines);
    expect(reply.fields[field.outcome]).toBe("OK");
    expect(callee.unread(/^CANCEL /)).toEqual([]);
    callee.send(answerLines(invite, "180 Ringing"));
    const cancel = await callee.receive(/^CANCEL /);
    expect(headerOf(cancel, "Via")).toBe(headerOf(invite, "Via"));
    expect(headerOf(cancel, "CSeq")).toBe(headerOf(invite, "CSeq").replace("INVITE", "CANCEL"));
    expect(headerOf(cancel, "Reason")).toBe('SIP;cause=200;text="Call completed elsewhere"');
    callee.send(answerLines(cancel, "200 OK"));
    callee.send(answerLines(invite, "487 Request Terminated"));
    expect((await application.next()).message).toMatch(/^SIP\/2\.0 180/);
    const end = await application.next();
    expect(end.message).toMatch(/^SIP\/2\.0 487/);
    expect(end.fields[field.transaction]).toBe(transactionId);
    await callee.receive(/^ACK /);
  });

  it("a 200 that crosses the CANCEL is told; after its ACK the server hangs up, and tells that too", async () => {
    const { callee, application, invite, transactionId } = await placed(scene);
    callee.send(answerLines(invite, "180 Ringing"));
    await application.heard(/SIP\/2\.0 180/);
    await application.command(`sip|${transactionId}|`, cancelLines);
    const cancel = await callee.receive(/^CANCEL /);
    callee.send(answerLines(invite, "200 OK", [...contactOf(callee), ...sdpType]), exampleSdp);
    callee.send(answerLines(cancel, "200 OK"));
    const { fields } = await application.heard(/SIP\/2\.0 200/);
    await application.command(`sip||${fields[field.dialog]}`, ["ACK sip:placeholder SIP/2.0"]);
    await callee.receive(/^ACK /);
    const bye = await callee.receive(/^BYE /);
    expect(headerOf(bye, "Reason")).toContain('text="ACK-BYE due to cancel race condition"');
    const told = await application.heard(/BYE /);
    expect(told.fields.slice(8)).toEqual(["unsolicited", fields[field.dialog], ""]);
  });
}

function refusals(scene: ContractScene): void {
  it.each([
    [
      "CANCEL of nothing",
      "sip|nosuch|",
      ["CANCEL sip:callee@127.0.0.3 SIP/2.0"],
      "unable to cancel unknown transaction id: nosuch",
    ],
    [
      "a dialog that is not there",
      "sip||nosuch;from-tag=1",
      ["BYE sip:placeholder SIP/2.0"],
      "Server error: unable to find dialog for dialog id provided",
    ],
    [
      "a transport that is not spoken",
      "sip||",
      ["OPTIONS sip:127.0.0.3;transport=tls SIP/2.0"],
      "requested protocol/transport not available",
    ],
  ])("%s is refused in the words that drachtio-srf looks for", async (_name, ...[meta, lines, text]) => {
    const application = await scene.application();
    const { fields } = await application.command(meta, lines);
    expect(fields.slice(3)).toEqual(["NOK", text]);
  });

  it("a body without a type is refused; so is a request to the server itself", async () => {
    const application = await scene.application();
    const untyped = await application.command("sip||", ["MESSAGE sip:127.0.0.3:5070 SIP/2.0"], "hello");
    expect(untyped.fields.slice(3)).toEqual(["NOK", "missing content-type"]);
    const own = await application.command("sip||", [`OPTIONS sip:${scene.server.at} SIP/2.0`]);
    expect(own.fields.slice(3)).toEqual(["NOK", "can not send request to myself"]);
  });
}
