/** The part of the signalling port that tells far ends with whom they talk, and hears who they are (RFC 4916, RFC 5876). */
import { describe, expect, test } from "vitest";
import { exampleSdp, headerOf, inviteLines } from "../../../sip-engine/testing/raw-peer.ts";
import { answerLines, orderTo, viaToCseq } from "./placed-legs.contract.ts";
import type { RawPeer } from "../../../sip-engine/testing/raw-peer.ts";
import type { SignallingScene } from "../../../testing/signalling-scene.ts";
import type { ConnectedIdentity } from "../../application/far-end.ts";

type Scene = () => SignallingScene;

const { legId } = orderTo({ hostPort: "" } as RawPeer);
const bruno: ConnectedIdentity = { user: "202", displayName: "Bruno B.", isWithheld: false };
const carla: ConnectedIdentity = { user: "203", displayName: "Carla", isWithheld: false };
const citizen: ConnectedIdentity = { user: "+393315550123", displayName: null, isWithheld: false };
const withheld: ConnectedIdentity = { user: null, displayName: null, isWithheld: true };
const brunoAddress = '"Bruno B." <sip:202@uno.example>';
const sdpType = "Content-Type: application/sdp";

/** A phone has answered that says this of itself. */
async function answered(scene: Scene, says: readonly string[]): Promise<{ phone: RawPeer; invite: string }> {
  const phone = await scene().peer("127.0.0.2");
  await scene().sip.placeLeg(orderTo(phone));
  const invite = await phone.receive(/^INVITE /);
  phone.send(["SIP/2.0 200 OK", ...answerLines(invite, phone), ...says, sdpType], exampleSdp);
  await scene().host.event("leg-answered");
  await phone.receive(/^ACK /);
  return { phone, invite };
}

const takesUpdate = "Allow: INVITE, ACK, BYE, CANCEL, UPDATE";
const takesNoUpdate = "Allow: INVITE, ACK, BYE, CANCEL";
/** A re-INVITE, not a copy of the first one. */
const reinvite = /^INVITE [\s\S]*^To:.*tag=phone/m;

export function itTellsWhoIsThere(scene: Scene): void {
  describe("with whom a far end talks", () => {
    byUpdate(scene);
    byReinvite(scene);
    meetingReinvites(scene);
    inTheAnswer(scene);
    heardFromTheFarEnd(scene);
  });
}

function byUpdate(scene: Scene): void {
  test("an UPDATE with P-Asserted-Identity and, for who lets it change, the new From", async () => {
    const { phone, invite } = await answered(scene, [takesUpdate, "Supported: timer, from-change"]);
    expect(headerOf(invite, "Supported")).toContain("from-change");
    await scene().sip.tellConnected(legId, bruno);
    const update = await phone.receive(/^UPDATE /);
    expect(headerOf(update, "From")).toBe(`${brunoAddress};tag=${tagOf(invite)}`);
    expect(headerOf(update, "P-Asserted-Identity")).toBe(brunoAddress);
    expect(update).not.toMatch(/^Content-Type/im);
    phone.send(["SIP/2.0 200 OK", ...viaToCseq(update)]);
    await scene().sip.tellConnected(legId, withheld);
    const hidden = await phone.receive(/^UPDATE [\s\S]*Privacy: id/);
    expect(headerOf(hidden, "From")).toContain("sip:anonymous@anonymous.invalid");
    expect(hidden).not.toMatch(/P-Asserted-Identity|Bruno/i);
  });

  test("P-Asserted-Identity alone for who does not; what changes meanwhile is told next, the latest only", async () => {
    const { phone, invite } = await answered(scene, [takesUpdate]);
    await scene().sip.tellConnected(legId, bruno);
    const update = await phone.receive(/^UPDATE /);
    expect(headerOf(update, "From")).toBe(headerOf(invite, "From"));
    await scene().sip.tellConnected(legId, carla);
    await scene().sip.tellConnected(legId, citizen);
    phone.send(["SIP/2.0 200 OK", ...viaToCseq(update)]);
    const next = await phone.receive(after(update));
    expect(headerOf(next, "P-Asserted-Identity")).toBe("<sip:+393315550123@uno.example;user=phone>");
    phone.send(["SIP/2.0 200 OK", ...viaToCseq(next)]);
  });

  test.each(["491 Request Pending", "500 Busy"])(
    "is said again after %s, and not to who has hung up",
    async (status) => {
      const { phone } = await answered(scene, [takesUpdate]);
      await scene().sip.tellConnected(legId, bruno);
      const update = await phone.receive(/^UPDATE /);
      phone.send([`SIP/2.0 ${status}`, ...viaToCseq(update)]);
      await expect.poll(() => scene().clock.timers()).toBe(1);
      scene().clock.move(4000);
      const again = await phone.receive(after(update));
      phone.send([`SIP/2.0 ${status}`, ...viaToCseq(again)]);
      await expect.poll(() => scene().clock.timers()).toBe(1);
      await scene().sip.endLeg(legId, "hung-up");
      const bye = await phone.receive(/^BYE /);
      phone.send(["SIP/2.0 200 OK", ...viaToCseq(bye)]);
      await scene().host.event("leg-ended");
      scene().clock.move(4000);
      expect(phone.unread(after(again))).toEqual([]);
    },
  );
}

function byReinvite(scene: Scene): void {
  test.each([
    ["that does not name UPDATE in Allow", [takesNoUpdate]],
    ["that refuses it", [takesUpdate]],
  ])("a re-INVITE with the same description to a phone %s", async (_what, says) => {
    const { phone } = await answered(scene, says);
    await scene().sip.tellConnected(legId, bruno);
    if (says[0] === takesUpdate) {
      const update = await phone.receive(/^UPDATE /);
      phone.send(["SIP/2.0 501 Not Implemented", ...viaToCseq(update)]);
    }
    const again = await phone.receive(reinvite);
    expect(headerOf(again, "P-Asserted-Identity")).toBe(brunoAddress);
    expect(again).toMatch(/^m=audio 4000 RTP\/AVP 8\r?$/m);
    phone.send(["SIP/2.0 200 OK", ...answerLines(again, phone), sdpType], exampleSdp);
    await phone.receive(/^ACK /);
    expect(scene().host.unheard()).toEqual([]);
  });
}

function meetingReinvites(scene: Scene): void {
  test("a re-INVITE that meets one of the phone's is said again once that is answered", async () => {
    const { phone, invite } = await answered(scene, [takesNoUpdate]);
    await scene().sip.tellConnected(legId, bruno);
    const first = await phone.receive(reinvite);
    phone.send(["SIP/2.0 491 Request Pending", ...viaToCseq(first)]);
    await phone.receive(/^ACK /);
    await expect.poll(() => scene().clock.timers()).toBe(1);
    phone.send(ofThePhone(phone, invite)("INVITE", 1, headerOf(invite, "To"), [sdpType]), exampleSdp);
    await scene().host.event("leg-reinvited");
    await scene().sip.answerReinvite(legId, exampleSdp);
    await phone.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 INVITE/);
    phone.send(ofThePhone(phone, invite)("ACK", 1, headerOf(invite, "To")));
    scene().clock.move(4000);
    const again = await phone.receive(reinvite);
    expect(headerOf(again, "P-Asserted-Identity")).toBe(brunoAddress);
    phone.send(["SIP/2.0 200 OK", ...answerLines(again, phone), sdpType], exampleSdp);
    await phone.receive(/^ACK /);
  });
}

function inTheAnswer(scene: Scene): void {
  test("the 200 says who has answered; a carrier's says nothing", async () => {
    const member = await scene().peer("127.0.0.3");
    for (const [callId, connected] of [
      ["told", bruno],
      ["not-told", null],
    ] as const) {
      member.send(inviteLines(member, scene().address, { callId }), exampleSdp);
      const call = await scene().host.invited();
      await scene().sip.answerLeg(call.legId, exampleSdp, connected);
      const answer = await member.receive(new RegExp(`^SIP\\/2\\.0 200[\\s\\S]*Call-ID: ${callId}\\r`));
      expect(headerOf(answer, "P-Asserted-Identity")).toBe(connected === null ? "" : brunoAddress);
      expect(/from-change/.test(answer)).toBe(connected !== null);
    }
  });
}

function heardFromTheFarEnd(scene: Scene): void {
  test("an UPDATE with another From, and a re-INVITE with P-Asserted-Identity, say who is there now", async () => {
    const { phone, invite } = await answered(scene, [takesUpdate]);
    const inDialog = ofThePhone(phone, invite);
    phone.send(inDialog("UPDATE", 1, headerOf(invite, "To")));
    await phone.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 UPDATE/);
    phone.send(inDialog("UPDATE", 2, '"Comune Due" <sip:x_test2@due.example>'));
    await phone.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 UPDATE/);
    const presented = { number: null, displayName: "Comune Due", isWithheld: false };
    expect(await scene().host.event("leg-presented")).toEqual({ type: "leg-presented", legId, presented });
    const asserted = ['P-Asserted-Identity: "Comune Tre" <sip:x_test3@tre.example>', sdpType];
    phone.send(inDialog("INVITE", 3, '"Comune Due" <sip:x_test2@due.example>', asserted), exampleSdp);
    expect(await scene().host.event("leg-presented")).toMatchObject({ presented: { displayName: "Comune Tre" } });
    await scene().host.event("leg-reinvited");
    expect(scene().host.unheard()).toEqual([]);
  });
}

/** Requests of the phone's in the dialog that our INVITE made. */
function ofThePhone(phone: RawPeer, invite: string) {
  return (...[method, cseq, from, more = []]: [string, number, string, (readonly string[])?]): string[] => [
    `${method} ${/<([^>]+)>/.exec(headerOf(invite, "Contact"))?.[1] ?? ""} SIP/2.0`,
    `Via: SIP/2.0/UDP ${phone.hostPort};branch=z9hG4bK-${method}-${cseq}`,
    `From: ${from};tag=phone`,
    `To: ${headerOf(invite, "From")}`,
    `Call-ID: ${headerOf(invite, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:anna@${phone.hostPort}>`,
    "Max-Forwards: 70",
    ...more,
  ];
}

const tagOf = (invite: string): string => /;tag=([^;>\s]+)/.exec(headerOf(invite, "From"))?.[1] ?? "";

/** The UPDATE that comes after this one in its dialog, not a copy of it. */
function after(update: string): RegExp {
  return new RegExp(`^UPDATE [\\s\\S]*^CSeq: ${Number.parseInt(headerOf(update, "CSeq"), 10) + 1} UPDATE`, "m");
}
