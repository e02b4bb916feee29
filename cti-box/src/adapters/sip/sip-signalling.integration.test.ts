/** Legs against raw peers on a real engine: what goes over the wire, and what the application hears of it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exampleSdp, headerOf, inviteLines } from "../../../sip-engine/testing/raw-peer.ts";
import { SignallingScene } from "../../../testing/signalling-scene.ts";
import type { RawPeer } from "../../../sip-engine/testing/raw-peer.ts";
import type { PlaceLegOrder } from "../../application/ports.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "../../domain/call/ids.ts";

let scene: SignallingScene;
let carrier: RawPeer;

beforeEach(async () => {
  scene = await SignallingScene.open();
  carrier = await scene.peer("127.0.0.1");
});
afterEach(() => scene.close());

const sdp = exampleSdp;
const legId = "01KAQZG0000000000000000001" as LegId;

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
  await scene.sip.answerLeg(invited.legId, sdp);
  const answer = await carrier.receive(/^SIP\/2\.0 200/);
  carrier.send(inDialog("ACK", answer, { cseq: 1 }));
  return { answer, legId: invited.legId };
}

describe("a call from the carrier", () => {
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
    await scene.sip.answerLeg(call.legId, sdp);
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

  test("without a session description it is refused", async () => {
    carrier.send(inviteLines(carrier, scene.address, { callId: "empty" }).filter((line) => !/Content-Type/.test(line)));
    await carrier.receive(/^SIP\/2\.0 488/);
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
    expect(await scene.host.event("leg-referred")).toMatchObject({ user: "202", hasReplaces: false });
    await scene.sip.notifyReferrer(call.legId, 200);
    const notify = await carrier.receive(/^NOTIFY /);
    expect(headerOf(notify, "Subscription-State")).toContain("terminated");
    expect(notify).toContain("SIP/2.0 200 OK");
    scene.host.refersAllowed = false;
    carrier.send(inDialog("REFER", call.answer, { cseq: 3, more: ["Refer-To: <sip:+390612345678@carrier.example>"] }));
    await carrier.receive(/^SIP\/2\.0 603/);
    expect(scene.host.unheard()).toEqual([]);
  });
});

function viaToCseq(request: string): string[] {
  return ["Via", "From", "To", "Call-ID", "CSeq"].map((name) => `${name}: ${headerOf(request, name)}`);
}

function orderTo(peer: RawPeer, to: Partial<PlaceLegOrder["to"]> = {}): PlaceLegOrder {
  const device = { kind: "device", operatorId: "anna" as OperatorId, uri: `sip:anna@${peer.hostPort}`, nextHop: null };
  return {
    legId,
    to: { ...device, ...to } as PlaceLegOrder["to"],
    sdp,
    caller: { number: "+393315550123", displayName: 'Carla "B"', isWithheld: false },
    callId: "01KAQZA0000000000000000001" as CallId,
    contactId: "0123456789abcdef0123456789abcdef" as ContactId,
  };
}

describe("a call to a device", () => {
  test("shows the citizen and carries call and contact; nothing of a ticket", async () => {
    const phone = await scene.peer("127.0.0.2");
    await scene.sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    expect(headerOf(invite, "From")).toMatch(/^"Carla \\"B\\"" <sip:\+393315550123@uno\.example;user=phone>/);
    expect(headerOf(invite, "P-Asserted-Identity")).toContain("sip:+393315550123@uno.example");
    expect(headerOf(invite, "Session-ID")).toMatch(/^0123456789abcdef0123456789abcdef;remote=0{32}$/);
    expect(headerOf(invite, "X-LA2-Call-Id")).toBe("01KAQZA0000000000000000001");
    expect(invite).not.toMatch(/User-to-User|X-LA2-Transfer/i);
  });

  test("rings, is answered with 200 and acknowledged", async () => {
    const phone = await scene.peer("127.0.0.2");
    await scene.sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    phone.send(["SIP/2.0 180 Ringing", ...answerLines(invite, phone)]);
    await scene.host.event("leg-progressed");
    phone.send(["SIP/2.0 200 OK", ...answerLines(invite, phone), "Content-Type: application/sdp"], sdp);
    expect(await scene.host.event("leg-answered")).toEqual({ type: "leg-answered", legId, sdp });
    await phone.receive(/^ACK /);
  });

  test("a refusal is told with its status and Q.850 cause", async () => {
    const phone = await scene.peer("127.0.0.2");
    await scene.sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    phone.send(["SIP/2.0 486 Busy Here", ...answerLines(invite, phone), "Reason: Q.850;cause=17"]);
    expect(await scene.host.event("leg-failed")).toEqual({ type: "leg-failed", legId, status: 486, q850: 17 });
  });

  test("is cancelled with the reason", async () => {
    const phone = await scene.peer("127.0.0.2");
    await scene.sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    phone.send(["SIP/2.0 180 Ringing", ...answerLines(invite, phone)]);
    await scene.host.event("leg-progressed");
    await scene.sip.endLeg(legId, "answered-elsewhere");
    const cancel = await phone.receive(/^CANCEL /);
    expect(headerOf(cancel, "Reason")).toContain("Call completed elsewhere");
    phone.send(["SIP/2.0 200 OK", ...viaToCseq(cancel)]);
    phone.send(["SIP/2.0 487 Request Terminated", ...answerLines(invite, phone)]);
    expect(await scene.host.event("leg-ended")).toEqual({ type: "leg-ended", legId, how: "closed" });
  });

  test("a 200 that crosses the CANCEL is hung up at once", async () => {
    const phone = await scene.peer("127.0.0.2");
    await scene.sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    phone.send(["SIP/2.0 180 Ringing", ...answerLines(invite, phone)]);
    await scene.host.event("leg-progressed");
    await scene.sip.endLeg(legId, "caller-gone");
    await phone.receive(/^CANCEL /);
    phone.send(["SIP/2.0 200 OK", ...answerLines(invite, phone), "Content-Type: application/sdp"], sdp);
    const bye = await phone.receive(/^BYE /);
    phone.send(["SIP/2.0 200 OK", ...viaToCseq(bye)]);
    expect(await scene.host.event("leg-ended")).toMatchObject({ how: "closed" });
    expect(scene.host.unheard()).toEqual([]);
  });

  test("to another office the ticket's pointer and the transfer go along", async () => {
    const office = await scene.peer("127.0.0.2");
    const handover = {
      transferId: "01KAQZX0000000000000000007" as TransferId,
      ticketId: "01KAQZT0000000000000000008",
      reason: "competence" as const,
      waitedSeconds: 63.4,
    };
    const uri = `sip:urp@${office.hostPort}`;
    await scene.sip.placeLeg(orderTo(office, { kind: "office", officeId: "x_test2", uri, nextHop: null, handover }));
    const invite = await office.receive(/^INVITE /);
    const pointer = Buffer.from(headerOf(invite, "User-to-User").split(";")[0] ?? "", "hex").toString();
    expect(pointer).toBe("tupa1;t=01KAQZT0000000000000000008;x=01KAQZX0000000000000000007;o=x_test1");
    expect(headerOf(invite, "X-LA2-Transfer")).toBe("reason=competence;waited=63");
  });
});

function answerLines(invite: string, peer: RawPeer): string[] {
  const lines = viaToCseq(invite);
  return [
    ...lines.map((line) => (line.startsWith("To:") ? `${line};tag=phone` : line)),
    `Contact: <sip:anna@${peer.hostPort}>`,
  ];
}

test("requests outside of dialogs that the box has no use for are told what it speaks", async () => {
  const lines = inviteLines(carrier, scene.address, { callId: "message" }).filter((line) => !/Content-Type/.test(line));
  carrier.send(lines.map((line) => line.replace("INVITE", "MESSAGE")));
  expect(headerOf(await carrier.receive(/^SIP\/2\.0 405/), "Allow")).toContain("INVITE");
});

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
