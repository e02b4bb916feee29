/**
 * The signalling port of the box on a server of the control protocol: legs against raw peers, what goes over the wire, and what the application hears of it. Run by the integration test for every server at hand.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exampleSdp, headerOf, inviteLines } from "../../../sip-engine/testing/raw-peer.ts";
import { SignallingScene } from "../../../testing/signalling-scene.ts";
import { itDescribesAnew } from "./described-anew.contract.ts";
import { itTellsWhoIsThere } from "./connected-identity.contract.ts";
import { itPlacesLegs, viaToCseq } from "./placed-legs.contract.ts";
import { itPassesTexts } from "./text-messages.contract.ts";
import { itReplacesLegs } from "./replaced-legs.contract.ts";
import type { RawPeer } from "../../../sip-engine/testing/raw-peer.ts";
import type { ServerUnderTest } from "../../../sip-engine/testing/server-under-test.ts";
import type { LegId } from "../../domain/call/ids.ts";

let scene: SignallingScene;
let carrier: RawPeer;

export function itIsASignallingPort(underTest: ServerUnderTest): void {
  describe(`the box's signalling on ${underTest.name}`, () => {
    beforeEach(async () => {
      scene = await SignallingScene.open(underTest);
      carrier = await scene.peer("127.0.0.1");
    });
    afterEach(() => scene.close());

    describe("a call from the carrier", () => {
      fromTheCarrier();
      endedByEitherSide();
      talking();
      itDescribesAnew(() => ({ scene, carrier, answeredCall, inDialog }));
      itPassesTexts(() => ({ scene, carrier, answeredCall, inDialog }));
    });
    itPlacesLegs(() => scene);
    itReplacesLegs(() => scene);
    itTellsWhoIsThere(() => scene);
    outsideOfDialogs();
    if (underTest.kind === "engine") boxGone();
  });
}

const sdp = exampleSdp;

/** A request of the carrier inside the dialog that its INVITE made. */
function inDialog(method: string, answer: string, { cseq, more = [] }: { cseq: number; more?: string[] }): string[] {
  const target = /<([^>]+)>/.exec(headerOf(answer, "Contact"))?.[1] ?? "";
  return [
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP ${carrier.hostPort};branch=z9hG4bK-${method}-${cseq}`,
    `From: ${headerOf(answer, "From")}`,
    `To: ${headerOf(answer, "To")}`,
    `Call-ID: ${headerOf(answer, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:caller@${carrier.hostPort}>`,
    "Max-Forwards: 70",
    ...more,
  ];
}

/** The carrier's call up to the ACK: the 200 and the leg. */
async function answeredCall(callId: string): Promise<{ answer: string; legId: LegId }> {
  carrier.send(inviteLines(carrier, scene.address, { callId }), sdp);
  const invited = await scene.host.invited();
  await scene.sip.answerLeg(invited.legId, sdp, null);
  const answer = await carrier.receive(/^SIP\/2\.0 200/);
  carrier.send(inDialog("ACK", answer, { cseq: 1 }));
  return { answer, legId: invited.legId };
}

function fromTheCarrier(): void {
  test("its headers arrive as facts", async () => {
    const more = [
      'P-Asserted-Identity: "Carla, B." <sip:+393315550123@carrier.example;user=phone>, <tel:+393315550123>',
      "Session-ID: 0123456789abcdef0123456789abcdef;remote=00000000000000000000000000000000",
      "User-to-User: 7475706131;encoding=hex;purpose=it-tupa",
      "X-LA2-Source-Office: x_test2",
      "X-LA2-Transfer: reason=competence;waited=5",
      "Privacy: id",
    ];
    carrier.send(inviteLines(carrier, scene.address, { callId: "facts", more }), sdp);
    const { invite } = await scene.host.invited();
    expect(invite).toMatchObject({
      source: { kind: "trunk", trunkId: "carrier" },
      requestedUser: "callee",
      asserted: { user: "+393315550123", displayName: "Carla, B." },
      isPrivate: true,
      userToUser: ["7475706131;encoding=hex;purpose=it-tupa"],
      sessionId: "0123456789abcdef0123456789abcdef",
      sourceOffice: "x_test2",
      transferHeader: "reason=competence;waited=5",
      media: "rtp",
      sdp,
    });
  });

  test("is answered, and its BYE is told", async () => {
    const call = await answeredCall("bye");
    carrier.send(inDialog("BYE", call.answer, { cseq: 2 }));
    await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
    expect(await scene.host.event("leg-ended")).toEqual({ type: "leg-ended", legId: call.legId, how: "bye" });
    expect(scene.sip.openLegs()).toEqual([]);
  });
}

function endedByEitherSide(): void {
  test("is ended by the box with a BYE that says why", async () => {
    const call = await answeredCall("end");
    await scene.sip.endLeg(call.legId, "hung-up");
    const bye = await carrier.receive(/^BYE /);
    expect(headerOf(bye, "Reason")).toBe('Q.850;cause=16;text="Normal call clearing"');
    carrier.send(["SIP/2.0 200 OK", ...viaToCseq(bye)]);
    expect(await scene.host.event("leg-ended")).toMatchObject({ how: "closed" });
  });

  test("is cancelled before the answer: one last word, and a late answer goes nowhere", async () => {
    const lines = inviteLines(carrier, scene.address, { callId: "cancel" });
    carrier.send(lines, sdp);
    const call = await scene.host.invited();
    await scene.sip.progressLeg(call.legId);
    await carrier.receive(/^SIP\/2\.0 180/);
    carrier.send(
      lines.filter((line) => !line.startsWith("Content-Type")).map((line) => line.replace("INVITE", "CANCEL")),
    );
    await carrier.receive(/^SIP\/2\.0 487/);
    expect(await scene.host.event("leg-cancelled")).toMatchObject({ legId: call.legId });
    await scene.sip.answerLeg(call.legId, sdp, null);
    expect(scene.host.unheard()).toEqual([]);
    expect(carrier.unread(/^SIP\/2\.0 200[\s\S]*INVITE/)).toEqual([]);
  });

  test("is rejected with status and reason", async () => {
    carrier.send(inviteLines(carrier, scene.address, { callId: "reject" }), sdp);
    const call = await scene.host.invited();
    await scene.sip.rejectLeg(call.legId, { status: 486, reason: "declined" });
    expect(headerOf(await carrier.receive(/^SIP\/2\.0 486/), "Reason")).toContain("cause=21");
    expect(await scene.host.event("leg-ended")).toMatchObject({ how: "closed" });
  });

  test("without an offer ours goes with the 200, and the answer in the ACK is told", async () => {
    const withoutType = (lines: string[]): string[] => lines.filter((line) => !/Content-Type/.test(line));
    carrier.send(withoutType(inviteLines(carrier, scene.address, { callId: "late" })));
    const { legId, invite } = await scene.host.invited();
    expect(invite).toMatchObject({ sdp: null, media: "rtp" });
    await scene.sip.answerLeg(legId, sdp, null);
    const answer = await carrier.receive(/^SIP\/2\.0 200/);
    expect(answer).toContain(sdp);
    carrier.send(inDialog("ACK", answer, { cseq: 1, more: ["Content-Type: application/sdp"] }), `${sdp}a=sendonly\r\n`);
    expect(await scene.host.event("leg-acknowledged")).toEqual({
      type: "leg-acknowledged",
      legId,
      answer: { sdp: `${sdp}a=sendonly\r\n`, direction: "sendonly" },
    });
  });

  test("without an offer from another office it is refused: its call is not answered at once", async () => {
    const member = await scene.peer("127.0.0.3");
    member.send(inviteLines(member, scene.address, { callId: "empty" }).filter((line) => !/Content-Type/.test(line)));
    await member.receive(/^SIP\/2\.0 488/);
  });
}

function talking(): void {
  test("a re-INVITE without an offer gets ours; hold stands in its ACK", async () => {
    const call = await answeredCall("late-hold");
    carrier.send(inDialog("INVITE", call.answer, { cseq: 2 }));
    expect(await scene.host.event("leg-reinvited")).toMatchObject({ legId: call.legId, sdp: null });
    await scene.sip.answerReinvite(call.legId, sdp);
    expect(await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INVITE/)).toContain(sdp);
    const type = ["Content-Type: application/sdp"];
    carrier.send(inDialog("ACK", call.answer, { cseq: 2, more: type }), `${sdp}a=inactive\r\n`);
    expect(await scene.host.event("leg-acknowledged")).toMatchObject({ answer: { direction: "inactive" } });
  });

  test("holds by re-INVITE; a second one at the same time is told to wait", async () => {
    const call = await answeredCall("hold");
    const type = ["Content-Type: application/sdp"];
    carrier.send(inDialog("INVITE", call.answer, { cseq: 2, more: type }), `${sdp}a=sendonly\r\n`);
    const event = await scene.host.event("leg-reinvited");
    expect(event).toMatchObject({ legId: call.legId, direction: "sendonly" });
    carrier.send(inDialog("UPDATE", call.answer, { cseq: 3, more: type }), sdp);
    // RFC 3311 §5.2: an offer while ours is not answered yet.
    await carrier.receive(/^SIP\/2\.0 (491|500)/);
    await scene.sip.answerReinvite(call.legId, `${sdp}a=recvonly\r\n`);
    expect(await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INVITE/)).toContain("a=recvonly");
  });

  test("a key sent as INFO is told; an INFO of another kind is refused", async () => {
    const call = await answeredCall("info");
    const body = "Signal=5\r\nDuration=200\r\n";
    carrier.send(inDialog("INFO", call.answer, { cseq: 2, more: ["Content-Type: application/dtmf-relay"] }), body);
    expect(await scene.host.event("leg-digit")).toMatchObject({ digit: "5", durationMs: 200 });
    await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INFO/);
    carrier.send(inDialog("INFO", call.answer, { cseq: 3, more: ["Content-Type: application/xml"] }), "<x/>");
    await carrier.receive(/^SIP\/2\.0 415/);
  });

  test("a REFER that is allowed is accepted and its progress told; one that is not is declined", async () => {
    const call = await answeredCall("refer");
    carrier.send(inDialog("REFER", call.answer, { cseq: 2, more: ["Refer-To: <sip:202@uno.example>"] }));
    await carrier.receive(/^SIP\/2\.0 202/);
    expect(await scene.host.event("leg-referred")).toMatchObject({ user: "202", replaces: null });
    await scene.sip.notifyReferrer(call.legId, 200);
    const notify = await carrier.receive(/^NOTIFY /);
    expect(headerOf(notify, "Subscription-State")).toContain("terminated");
    expect(notify).toContain("SIP/2.0 200 OK");
    scene.host.refersAllowed = false;
    carrier.send(inDialog("REFER", call.answer, { cseq: 3, more: ["Refer-To: <sip:+390612345678@carrier.example>"] }));
    await carrier.receive(/^SIP\/2\.0 603/);
    expect(scene.host.unheard()).toEqual([]);
  });
}

function outsideOfDialogs(): void {
  test("a call is refused with Retry-After while the box is about to stop, and OPTIONS as well", async () => {
    scene.host.stopping = 40;
    scene.host.verdict = { kind: "refused", status: 503, why: "the box stops", retryAfterSeconds: 40 };
    const invite = inviteLines(carrier, scene.address, { callId: "too-late" });
    carrier.send(invite, sdp);
    expect(headerOf(await carrier.receive(/^SIP\/2\.0 503[\s\S]*INVITE/), "Retry-After")).toBe("40");
    const options = inviteLines(carrier, scene.address, { callId: "still-there" }).map((line) =>
      line.replace("INVITE", "OPTIONS"),
    );
    carrier.send(options.filter((line) => !line.startsWith("Content-Type")));
    const answer = await carrier.receive(/^SIP\/2\.0 503[\s\S]*OPTIONS/);
    expect([headerOf(answer, "Retry-After"), headerOf(answer, "Allow")]).toEqual(["40", expect.any(String)]);
    expect(scene.sip.openLegs()).toEqual([]);
  });

  test("requests outside of dialogs that the box has no use for are told what it speaks", async () => {
    const lines = inviteLines(carrier, scene.address, { callId: "message" }).filter(
      (line) => !/Content-Type/.test(line),
    );
    carrier.send(lines.map((line) => line.replace("INVITE", "MESSAGE")));
    expect(headerOf(await carrier.receive(/^SIP\/2\.0 405/), "Allow")).toContain("INVITE");
  });
}

// The tag with which a box asks for that is an extension of this project's engine.
function boxGone(): void {
  test("a box that is gone does not leave its callers in silence: answered ones are hung up, ringing ones refused", async () => {
    const { answer } = await answeredCall("talking");
    carrier.send(inviteLines(carrier, scene.address, { callId: "ringing" }), sdp);
    await scene.host.invited();
    // As the system closes the connection of a box that was killed: nobody has said good-bye to the calls.
    await scene.sip.close();
    const bye = await carrier.receive(/^BYE /);
    expect(headerOf(bye, "Call-ID")).toBe(headerOf(answer, "Call-ID"));
    expect(headerOf(bye, "Reason")).toBe('SIP;cause=200;text="the application is gone"');
    expect(headerOf(await carrier.receive(/^SIP\/2\.0 503/), "Call-ID")).toBe("ringing");
  });
}
