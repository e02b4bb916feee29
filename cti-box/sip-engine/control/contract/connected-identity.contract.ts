/** Connected identity (RFC 4916): who the ends of a dialog are may change in the middle of it. */
import { describe, expect, it } from "vitest";
import { answerLines, inDialogOf, sdpType, type ContractScene } from "../../testing/contract-scene.ts";
import { exampleSdp, headerOf, type RawPeer } from "../../testing/raw-peer.ts";
import { acknowledged } from "./placed-calls.contract.ts";
import { offered, talking } from "./reliable-answers.contract.ts";

const tagOf = (value: string): string => /;tag=([^;>]+)/.exec(value)?.[1] ?? "";

export function itLetsIdentitiesChange(scene: ContractScene): void {
  describe("identities that change in a dialog", () => {
    byUpdate(scene);
    elsewhere(scene);
  });
}

function byUpdate(scene: ContractScene): void {
  it("an UPDATE of the application's says who we are now: another URI in From, the dialog's tag", async () => {
    const call = await saysWhoWeAre(scene, "200 OK");
    expect(headerOf(call.update, "From")).toBe(call.from);
    expect(headerOf(call.update, "To")).toContain(";tag=callee");
    if (scene.underTest.kind !== "engine") return;
    const { application, dialogId, callee } = call;
    await application.command(`sip||${dialogId}`, ["INFO sip:placeholder SIP/2.0"]);
    expect(headerOf(await callee.receive(/^INFO /), "From")).toBe(call.from);
  });

  it("an UPDATE of the callee's is told, and may say that it is somebody else", async () => {
    const { callee, application, invite, dialogId } = await acknowledged(scene);
    const now = "<sip:colleague@elsewhere.example>;tag=callee";
    callee.send(fromTheCallee(invite, callee, now));
    const update = await application.heard(/UPDATE /);
    expect(headerOf(update.message, "From")).toBe(now);
    await application.answer(update, "200 OK");
    await callee.receive(/^SIP\/2\.0 200/);
    if (scene.underTest.kind !== "engine") return;
    await application.command(`sip||${dialogId}`, ["INFO sip:placeholder SIP/2.0"]);
    expect(headerOf(await callee.receive(/^INFO /), "To")).toBe(now);
  });

  if (scene.underTest.kind === "engine") {
    it("an UPDATE that is refused leaves everybody who they were, and another tag is no identity of the dialog", async () => {
      const { application, dialogId, callee, invite } = await saysWhoWeAre(scene, "500 Server Internal Error");
      const stranger = ["INFO sip:placeholder SIP/2.0", "From: <sip:stranger@elsewhere.example>;tag=another"];
      await application.command(`sip||${dialogId}`, stranger);
      expect(headerOf(await callee.receive(/^INFO /), "From")).toBe(headerOf(invite, "From"));
    });
  }
}

function elsewhere(scene: ContractScene): void {
  it("a re-INVITE of the application's says it too, and P-Asserted-Identity with it", async () => {
    const { callee, application, dialogId, invite } = await acknowledged(scene);
    const from = `"Carla" <sip:carla@uno.example>;tag=${tagOf(headerOf(invite, "From"))}`;
    const asserted = '"Carla" <sip:carla@uno.example>';
    const says = [`From: ${from}`, `P-Asserted-Identity: ${asserted}`, "Supported: from-change"];
    await application.command(`sip||${dialogId}`, ["INVITE sip:placeholder SIP/2.0", ...says, ...sdpType], exampleSdp);
    const again = await callee.receive(/^INVITE /);
    expect(headerOf(again, "From")).toBe(from);
    expect(headerOf(again, "P-Asserted-Identity")).toBe(asserted);
    expect(headerOf(again, "Supported")).toContain("from-change");
    callee.send(answerLines(again, "200 OK", [`Contact: <sip:callee@${callee.hostPort}>`, ...sdpType]), exampleSdp);
    await application.heard(/SIP\/2\.0 200/);
    await application.command(`sip||${dialogId}`, ["ACK sip:placeholder SIP/2.0"]);
    await callee.receive(/^ACK /);
  });

  it("the 200 to an INVITE may say who has answered", async () => {
    const { application, caller, invite } = await offered(scene, ["Supported: from-change"]);
    const says = ['P-Asserted-Identity: "Carla" <sip:carla@uno.example>', "Supported: from-change", ...sdpType];
    await application.answer(invite, "200 OK", { lines: says, body: exampleSdp });
    const answer = await caller.receive(/^SIP\/2\.0 200/);
    expect(headerOf(answer, "P-Asserted-Identity")).toBe('"Carla" <sip:carla@uno.example>');
    expect(headerOf(answer, "Supported")).toContain("from-change");
    caller.send(inDialogOf(caller, answer, "1 ACK"));
    await application.heard(/ACK /);
  });

  it("in a call received, an UPDATE with another URI in From goes to the caller and is taken", async () => {
    const { application, caller, answer, dialogId } = await talking(scene);
    const from = `"Carla" <sip:carla@uno.example>;tag=${tagOf(headerOf(answer, "To"))}`;
    await application.command(`sip||${dialogId}`, ["UPDATE sip:placeholder SIP/2.0", `From: ${from}`]);
    const update = await caller.receive(/^UPDATE /);
    expect(headerOf(update, "From")).toBe(from);
    expect(tagOf(headerOf(update, "To"))).toBe(tagOf(headerOf(answer, "From")));
    caller.send(answerLines(update, "200 OK"));
    await application.heard(/SIP\/2\.0 200/);
  });
}

async function saysWhoWeAre(scene: ContractScene, answer: string) {
  const call = await acknowledged(scene);
  const from = `"Carla" <sip:carla@uno.example>;tag=${tagOf(headerOf(call.invite, "From"))}`;
  await call.application.command(`sip||${call.dialogId}`, ["UPDATE sip:placeholder SIP/2.0", `From: ${from}`]);
  const update = await call.callee.receive(/^UPDATE /);
  call.callee.send(answerLines(update, answer));
  await call.application.heard(new RegExp(`SIP\\/2\\.0 ${answer.slice(0, 3)}`));
  return { ...call, from, update };
}

function fromTheCallee(invite: string, callee: RawPeer, from: string): string[] {
  return [
    `UPDATE ${/<([^>]+)>/.exec(headerOf(invite, "Contact"))?.[1] ?? ""} SIP/2.0`,
    `Via: SIP/2.0/UDP ${callee.hostPort};branch=z9hG4bK-somebody-else`,
    `From: ${from}`,
    `To: ${headerOf(invite, "From")}`,
    `Call-ID: ${headerOf(invite, "Call-ID")}`,
    "CSeq: 1 UPDATE",
    `Contact: <sip:callee@${callee.hostPort}>`,
    "Max-Forwards: 70",
  ];
}
