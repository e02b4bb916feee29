/** Offers that cross in a dialog (RFC 3261 §14, RFC 3311 §5.2): who says 491, who acknowledges it, and that the offer is made again in the same dialog. */
import { describe, expect, it } from "vitest";
import { answerLines, field, inDialogOf, sdpType, type ContractScene } from "../../testing/contract-scene.ts";
import { exampleSdp, headerOf, type RawPeer } from "../../testing/raw-peer.ts";
import { acknowledged } from "./placed-calls.contract.ts";
import { talking } from "./reliable-answers.contract.ts";

const pending = "491 Request Pending";
const reinvite = ["INVITE sip:placeholder SIP/2.0", ...sdpType];

export function itLetsOffersCross(scene: ContractScene): void {
  describe("offers that cross", () => {
    ofTheApplication(scene);
    ofTheFarEnd(scene);
  });
}

function ofTheApplication(scene: ContractScene): void {
  it("a re-INVITE that is answered 491 is told, acknowledged by the server, and goes out again with the next number", async () => {
    const { callee, application, dialogId, invite } = await acknowledged(scene);
    const numbers: number[] = [];
    for (const attempt of [1, 2]) {
      const sent = await application.command(`sip||${dialogId}`, reinvite, `${exampleSdp}a=attempt:${attempt}\r\n`);
      const again = await callee.receive(new RegExp(`^INVITE [\\s\\S]*a=attempt:${attempt}`));
      numbers.push(Number.parseInt(headerOf(again, "CSeq"), 10));
      callee.send(answerLines(again, pending));
      const refused = await application.heard(/SIP\/2\.0 491/);
      expect(refused.fields[field.transaction]).toBe(sent.fields[field.echoTransaction]);
      expect(headerOf(await callee.receive(/^ACK /), "CSeq")).toBe(`${numbers.at(-1)} ACK`);
    }
    await application.command(`sip||${dialogId}`, reinvite, exampleSdp);
    const taken = await callee.receive(/^INVITE /);
    callee.send(answerLines(taken, "200 OK", [...contactOf(callee), ...sdpType]), exampleSdp);
    await application.heard(/SIP\/2\.0 200/);
    await application.command(`sip||${dialogId}`, ["ACK sip:placeholder SIP/2.0"]);
    const number = Number.parseInt(headerOf(taken, "CSeq"), 10);
    expect(headerOf(await callee.receive(/^ACK /), "CSeq")).toBe(`${number} ACK`);
    const first = Number.parseInt(headerOf(invite, "CSeq"), 10);
    expect([...numbers, number]).toEqual([first + 1, first + 2, first + 3]);
  });

  it("an UPDATE that is answered 491 is told, and another one goes out", async () => {
    const { callee, application, dialogId } = await acknowledged(scene);
    for (const status of [pending, "200 OK"]) {
      await application.command(`sip||${dialogId}`, ["UPDATE sip:placeholder SIP/2.0"]);
      callee.send(answerLines(await callee.receive(/^UPDATE /), status));
      await application.heard(new RegExp(`SIP\\/2\\.0 ${status.slice(0, 3)}`));
    }
  });
}

function ofTheFarEnd(scene: ContractScene): void {
  it("one that comes while the application's own is open gets 491; the own one is answered, and theirs comes again", async () => {
    const { application, caller, answer, dialogId } = await talking(scene);
    await application.command(`sip||${dialogId}`, reinvite, exampleSdp);
    const ours = await caller.receive(/^INVITE /);
    caller.send(inDialogOf(caller, answer, "2 INVITE", sdpType), exampleSdp);
    // This engine says it by itself.
    if (scene.underTest.kind === "other") await application.answer(await application.heard(/INVITE /), pending);
    const refusal = await caller.receive(/^SIP\/2\.0 491[\s\S]*CSeq: 2 INVITE/);
    caller.send(inDialogOf(caller, refusal, "2 ACK"));
    caller.send(answerLines(ours, "200 OK", [`Contact: <sip:caller@${caller.hostPort}>`, ...sdpType]), exampleSdp);
    await application.heard(/SIP\/2\.0 200/);
    await application.command(`sip||${dialogId}`, ["ACK sip:placeholder SIP/2.0"]);
    await caller.receive(/^ACK /);
    caller.send(inDialogOf(caller, answer, "3 INVITE", sdpType), exampleSdp);
    const again = await application.heard(/INVITE /);
    await application.answer(again, "200 OK", { lines: sdpType, body: exampleSdp });
    await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 INVITE/);
    caller.send(inDialogOf(caller, answer, "3 ACK"));
    expect(headerOf((await application.heard(/ACK /)).message, "CSeq")).toBe("3 ACK");
  });
}

const contactOf = (callee: RawPeer): string[] => [`Contact: <sip:callee@${callee.hostPort}>`];
