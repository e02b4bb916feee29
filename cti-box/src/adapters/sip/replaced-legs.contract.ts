/** The part of the signalling port that moves conversations: dialogs that phones name (RFC 3891), and a leg that goes on as another one. */
import { describe, expect, test } from "vitest";
import { exampleSdp, headerOf, inviteLines } from "../../../sip-engine/testing/raw-peer.ts";
import { answerLines, orderTo, viaToCseq } from "./placed-legs.contract.ts";
import type { RawPeer } from "../../../sip-engine/testing/raw-peer.ts";
import type { SignallingScene } from "../../../testing/signalling-scene.ts";
import type { LegId } from "../../domain/call/ids.ts";

type Scene = () => SignallingScene;

const first = "01KAQZG0000000000000000001" as LegId;
const second = "01KAQZG0000000000000000002" as LegId;

async function answered(scene: Scene): Promise<{ phone: RawPeer; invite: string }> {
  const phone = await scene().peer("127.0.0.2");
  await scene().sip.placeLeg(orderTo(phone));
  const invite = await phone.receive(/^INVITE /);
  phone.send(["SIP/2.0 200 OK", ...answerLines(invite, phone), "Content-Type: application/sdp"], exampleSdp);
  await scene().host.event("leg-answered");
  await phone.receive(/^ACK /);
  return { phone, invite };
}

async function goesOn(scene: Scene, phone: RawPeer): Promise<string> {
  const { to, ...order } = orderTo(phone);
  if (to.kind !== "device") throw new Error("not a device");
  await scene().sip.placeLeg({ ...order, legId: second, to: { ...to, replaces: first } });
  return phone.receive(/^INVITE [\s\S]*^To:.*tag=phone/m);
}

/** The request that comes after this one in its dialog, not a copy of it. */
function after(invite: string): RegExp {
  return new RegExp(`^INVITE [\\s\\S]*^CSeq: ${Number.parseInt(headerOf(invite, "CSeq"), 10) + 1} INVITE`, "m");
}

export function itReplacesLegs(scene: Scene): void {
  describe("a conversation that goes on in another leg", () => {
    test("stays in the phone's dialog and gets a new description; the earlier leg is over", async () => {
      const { phone, invite } = await answered(scene);
      const again = await goesOn(scene, phone);
      expect(headerOf(again, "Call-ID")).toBe(headerOf(invite, "Call-ID"));
      expect(headerOf(again, "To")).toContain("tag=phone");
      // With whom the phone talks from now on.
      expect(headerOf(again, "P-Asserted-Identity")).toContain("sip:+393315550123@uno.example");
      expect(again).toMatch(/^o=- 1 2 IN IP4 127\.0\.0\.1\r?$/m);
      phone.send(["SIP/2.0 200 OK", ...answerLines(again, phone), "Content-Type: application/sdp"], exampleSdp);
      expect(await scene().host.event("leg-answered")).toEqual({
        type: "leg-answered",
        legId: second,
        sdp: exampleSdp,
      });
      expect(await scene().host.event("leg-ended")).toEqual({ type: "leg-ended", legId: first, how: "closed" });
      await phone.receive(/^ACK /);
      expect(scene().sip.openLegs()).toEqual([second]);
      await scene().sip.endLeg(second, "hung-up");
      const bye = await phone.receive(/^BYE /);
      phone.send(["SIP/2.0 200 OK", ...viaToCseq(bye)]);
      expect(await scene().host.event("leg-ended")).toMatchObject({ legId: second, how: "closed" });
    });

    test("is as before when the phone does not want it", async () => {
      const { phone } = await answered(scene);
      const again = await goesOn(scene, phone);
      phone.send(["SIP/2.0 488 Not Acceptable Here", ...answerLines(again, phone)]);
      expect(await scene().host.event("leg-failed")).toMatchObject({ legId: second, status: 488 });
      expect(scene().sip.openLegs()).toEqual([first]);
    });
  });

  describe("a conversation that goes on in another leg, and the phone's own re-INVITE", () => meetingReinvites(scene));

  describe("an INVITE with Replaces", () => {
    test.each([
      ["of a leg that rings", (invite: string) => ["phone", tagOf(invite)], { legId: first, isEarlyOnly: true }],
      ["with the tags the wrong way round", (invite: string) => [tagOf(invite), "phone"], "unknown"],
      ["with a tag of nobody", () => ["phone", "nobody"], "unknown"],
    ] as const)("%s is read as what it means", async (_what, tagsFor, meant) => {
      const phone = await scene().peer("127.0.0.2");
      await scene().sip.placeLeg(orderTo(phone));
      const invite = await phone.receive(/^INVITE /);
      phone.send(["SIP/2.0 180 Ringing", ...answerLines(invite, phone)]);
      await scene().host.event("leg-progressed");
      const [from, to] = tagsFor(invite);
      const replaces = `Replaces: ${headerOf(invite, "Call-ID")};to-tag=${to};from-tag=${from};early-only`;
      const other = await scene().peer("127.0.0.1");
      other.send(inviteLines(other, scene().address, { callId: "replacing", more: [replaces] }), exampleSdp);
      expect((await scene().host.invited()).invite.replaces).toEqual(meant);
    });
  });
}

function meetingReinvites(scene: Scene): void {
  test("is asked for again when the phone's own re-INVITE was on its way, which is answered first", async () => {
    const { phone, invite } = await answered(scene);
    const again = await goesOn(scene, phone);
    phone.send(["SIP/2.0 491 Request Pending", ...answerLines(again, phone)]);
    await phone.receive(/^ACK /);
    await expect.poll(() => scene().clock.timers()).toBe(1);
    phone.send([...fromThePhone(invite, phone), "Content-Type: application/sdp"], `${exampleSdp}a=sendonly\r\n`);
    expect(await scene().host.event("leg-reinvited")).toMatchObject({ legId: first, direction: "sendonly" });
    await scene().sip.answerReinvite(first, exampleSdp);
    await phone.receive(/^SIP\/2\.0 200[\s\S]*INVITE/);
    // The box made the Call-ID.
    scene().clock.move(2090);
    expect(phone.unread(after(again))).toEqual([]);
    scene().clock.move(1910);
    const third = await phone.receive(after(again));
    phone.send(["SIP/2.0 200 OK", ...answerLines(third, phone), "Content-Type: application/sdp"], exampleSdp);
    expect(await scene().host.event("leg-answered")).toMatchObject({ legId: second });
    expect(await scene().host.event("leg-ended")).toMatchObject({ legId: first, how: "closed" });
  });

  test("is not asked for again when nobody wants it any more, or the phone has hung up", async () => {
    const { phone, invite } = await answered(scene);
    const met = async (): Promise<void> => {
      const again = await goesOn(scene, phone);
      phone.send(["SIP/2.0 491 Request Pending", ...answerLines(again, phone)]);
      await expect.poll(() => scene().clock.timers()).toBe(1);
    };
    await met();
    await scene().sip.endLeg(second, "cancelled");
    expect(await scene().host.event("leg-ended")).toEqual({ type: "leg-ended", legId: second, how: "closed" });
    expect(scene().clock.timers()).toBe(0);
    expect(scene().sip.openLegs()).toEqual([first]);
    await met();
    phone.send(fromThePhone(invite, phone).map((line) => line.replace("INVITE", "BYE")));
    expect(await scene().host.event("leg-ended")).toEqual({ type: "leg-ended", legId: first, how: "bye" });
    scene().clock.move(4000);
    expect(await scene().host.event("leg-failed")).toMatchObject({ legId: second, status: 481 });
    expect(scene().sip.openLegs()).toEqual([]);
  });
}

/** A request of the phone's in the dialog that our INVITE made. */
function fromThePhone(invite: string, phone: RawPeer): string[] {
  const target = /<([^>]+)>/.exec(headerOf(invite, "Contact"))?.[1] ?? "";
  return [
    `INVITE ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP ${phone.hostPort};branch=z9hG4bK-of-the-phone`,
    `From: ${headerOf(invite, "To")};tag=phone`,
    `To: ${headerOf(invite, "From")}`,
    `Call-ID: ${headerOf(invite, "Call-ID")}`,
    "CSeq: 1 INVITE",
    `Contact: <sip:anna@${phone.hostPort}>`,
    "Max-Forwards: 70",
  ];
}

function tagOf(invite: string): string {
  return /;tag=([^;>\s]+)/.exec(headerOf(invite, "From"))?.[1] ?? "";
}
