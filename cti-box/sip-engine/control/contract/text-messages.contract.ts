/** MESSAGE in a dialog (RFC 3428): the side channel for text between two offices. Its body is passed on byte for byte, either way and whoever made the call. */
import { describe, expect, it } from "vitest";
import { answerLines, field, inDialogOf, type ContractScene } from "../../testing/contract-scene.ts";
import { headerOf } from "../../testing/raw-peer.ts";
import { acknowledged } from "./placed-calls.contract.ts";
import { talking } from "./reliable-answers.contract.ts";

const plain = "Content-Type: text/plain;charset=utf-8";
/** Of two, three and four bytes; a line separator of Unicode, a backspace of T.140, and a bar, which parts the fields of frames. */
const words = "è qui? 👋\u2028|\b\r\nsì";

export function itPassesMessages(scene: ContractScene): void {
  describe("text in a dialog", () => {
    inCallsReceived(scene);
    inCallsPlaced(scene);
  });
}

function inCallsReceived(scene: ContractScene): void {
  it("the caller's is told with its dialog, and the answer is the application's", async () => {
    const { caller, application, answer, dialogId } = await talking(scene);
    caller.send(inDialogOf(caller, answer, "2 MESSAGE", [plain]), words);
    const message = await application.heard(/MESSAGE /);
    expect(message.fields.slice(9)).toEqual([dialogId, ""]);
    expect(headerOf(message.message, "Content-Type")).toBe("text/plain;charset=utf-8");
    expect(message.message.endsWith(`\r\n\r\n${words}`)).toBe(true);
    await application.answer(message, "200 OK");
    await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 MESSAGE/);
    caller.send(inDialogOf(caller, answer, "3 MESSAGE", ["Content-Type: text/html"]), "<b>a</b>");
    const html = await application.heard(/MESSAGE /);
    await application.answer(html, "415 Unsupported Media Type", { lines: ["Accept: text/plain"] });
    const refusal = await caller.receive(/^SIP\/2\.0 415[\s\S]*CSeq: 3 MESSAGE/);
    expect(headerOf(refusal, "Accept")).toBe("text/plain");
  });

  it("the application's goes to the caller in order, and what is answered is told", async () => {
    const { caller, application, dialogId } = await talking(scene);
    for (const [text, status] of [
      [words, "200 OK"],
      ["b", "405 Method Not Allowed"],
    ] as const) {
      const sent = await application.command(`sip||${dialogId}`, ["MESSAGE sip:placeholder SIP/2.0", plain], text);
      const message = await caller.receive(/^MESSAGE /);
      expect(message.endsWith(`\r\n\r\n${text}`)).toBe(true);
      caller.send(answerLines(message, status));
      const answered = await application.heard(new RegExp(`SIP\\/2\\.0 ${status.slice(0, 3)}`));
      expect(answered.fields[field.transaction]).toBe(sent.fields[field.echoTransaction]);
    }
  });
}

function inCallsPlaced(scene: ContractScene): void {
  it("both ways in a call of the application's too", async () => {
    const { callee, application, dialogId, invite } = await acknowledged(scene);
    await application.command(`sip||${dialogId}`, ["MESSAGE sip:placeholder SIP/2.0", plain], words);
    const ours = await callee.receive(/^MESSAGE /);
    expect(ours.endsWith(`\r\n\r\n${words}`)).toBe(true);
    callee.send(answerLines(ours, "200 OK"));
    await application.heard(/SIP\/2\.0 200/);
    const theirs = [
      `MESSAGE ${/<([^>]+)>/.exec(headerOf(invite, "Contact"))?.[1] ?? ""} SIP/2.0`,
      `Via: SIP/2.0/UDP ${callee.hostPort};branch=z9hG4bK-text-of-the-callee`,
      `From: ${headerOf(invite, "To")};tag=callee`,
      `To: ${headerOf(invite, "From")}`,
      `Call-ID: ${headerOf(invite, "Call-ID")}`,
      "CSeq: 1 MESSAGE",
      "Max-Forwards: 70",
      plain,
    ];
    callee.send(theirs, words);
    const message = await application.heard(/MESSAGE /);
    expect([message.fields[field.dialog], message.message.endsWith(`\r\n\r\n${words}`)]).toEqual([dialogId, true]);
    await application.answer(message, "200 OK");
    await callee.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 MESSAGE/);
  });
}
