/** The part of the signalling port that places legs: what a device or another office gets, and what the application hears of it. */
import { describe, expect, test } from "vitest";
import { exampleSdp, headerOf } from "../../../sip-engine/testing/raw-peer.ts";
import type { RawPeer } from "../../../sip-engine/testing/raw-peer.ts";
import type { SignallingScene } from "../../../testing/signalling-scene.ts";
import type { PlaceLegOrder } from "../../application/ports.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "../../domain/call/ids.ts";

type Scene = () => SignallingScene;

const sdp = exampleSdp;
const legId = "01KAQZG0000000000000000001" as LegId;

export function itPlacesLegs(scene: Scene): void {
  describe("a call to a device", () => {
    toADevice(scene);
    cancelledByTheBox(scene);
    toAnotherOffice(scene);
    handingOver(scene);
  });
}

export function viaToCseq(request: string): string[] {
  return ["Via", "From", "To", "Call-ID", "CSeq"].map((name) => `${name}: ${headerOf(request, name)}`);
}

export function orderTo(peer: RawPeer, to: Partial<PlaceLegOrder["to"]> = {}): PlaceLegOrder {
  const device = { kind: "device", operatorId: "anna" as OperatorId, uri: `sip:anna@${peer.hostPort}`, nextHop: null };
  return {
    legId,
    to: { ...device, ...to } as PlaceLegOrder["to"],
    sdp,
    caller: { user: "+393315550123", displayName: 'Carla "B"', isWithheld: false },
    callId: "01KAQZA0000000000000000001" as CallId,
    contactId: "0123456789abcdef0123456789abcdef" as ContactId,
  };
}

function toADevice(scene: Scene): void {
  test("shows the citizen and carries call and contact; nothing of a ticket", async () => {
    const phone = await scene().peer("127.0.0.2");
    await scene().sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    expect(headerOf(invite, "From")).toMatch(/^"Carla \\"B\\"" <sip:\+393315550123@uno\.example;user=phone>/);
    expect(headerOf(invite, "P-Asserted-Identity")).toContain("sip:+393315550123@uno.example");
    expect(headerOf(invite, "Session-ID")).toMatch(/^0123456789abcdef0123456789abcdef;remote=0{32}$/);
    expect(headerOf(invite, "X-LA2-Call-Id")).toBe("01KAQZA0000000000000000001");
    expect(invite).not.toMatch(/User-to-User|X-LA2-Transfer/i);
  });

  test("rings, is answered with 200 and acknowledged", async () => {
    const phone = await scene().peer("127.0.0.2");
    await scene().sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    phone.send(["SIP/2.0 180 Ringing", ...answerLines(invite, phone)]);
    await scene().host.event("leg-progressed");
    phone.send(["SIP/2.0 183 Session Progress", ...answerLines(invite, phone), "Content-Type: application/sdp"], sdp);
    expect(await scene().host.event("leg-early-media")).toEqual({ type: "leg-early-media", legId, sdp });
    phone.send(["SIP/2.0 200 OK", ...answerLines(invite, phone), "Content-Type: application/sdp"], sdp);
    expect(await scene().host.event("leg-answered")).toEqual({ type: "leg-answered", legId, sdp });
    await phone.receive(/^ACK /);
  });

  test("a refusal is told with its status and Q.850 cause", async () => {
    const phone = await scene().peer("127.0.0.2");
    await scene().sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    phone.send(["SIP/2.0 486 Busy Here", ...answerLines(invite, phone), "Reason: Q.850;cause=17"]);
    expect(await scene().host.event("leg-failed")).toEqual({ type: "leg-failed", legId, status: 486, q850: 17 });
  });
}

function cancelledByTheBox(scene: Scene): void {
  test("is cancelled with the reason", async () => {
    const phone = await scene().peer("127.0.0.2");
    await scene().sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    phone.send(["SIP/2.0 180 Ringing", ...answerLines(invite, phone)]);
    await scene().host.event("leg-progressed");
    await scene().sip.endLeg(legId, "answered-elsewhere");
    const cancel = await phone.receive(/^CANCEL /);
    expect(headerOf(cancel, "Reason")).toContain("Call completed elsewhere");
    phone.send(["SIP/2.0 200 OK", ...viaToCseq(cancel)]);
    phone.send(["SIP/2.0 487 Request Terminated", ...answerLines(invite, phone)]);
    expect(await scene().host.event("leg-ended")).toEqual({ type: "leg-ended", legId, how: "closed" });
  });

  test("a 200 that crosses the CANCEL is hung up at once", async () => {
    const phone = await scene().peer("127.0.0.2");
    await scene().sip.placeLeg(orderTo(phone));
    const invite = await phone.receive(/^INVITE /);
    phone.send(["SIP/2.0 180 Ringing", ...answerLines(invite, phone)]);
    await scene().host.event("leg-progressed");
    await scene().sip.endLeg(legId, "caller-gone");
    await phone.receive(/^CANCEL /);
    phone.send(["SIP/2.0 200 OK", ...answerLines(invite, phone), "Content-Type: application/sdp"], sdp);
    const bye = await phone.receive(/^BYE /);
    phone.send(["SIP/2.0 200 OK", ...viaToCseq(bye)]);
    expect(await scene().host.event("leg-ended")).toMatchObject({ how: "closed" });
    expect(scene().host.unheard()).toEqual([]);
  });
}

function toAnotherOffice(scene: Scene): void {
  test("to another office the ticket's pointer and the transfer go along", async () => {
    const office = await scene().peer("127.0.0.2");
    const handover = {
      transferId: "01KAQZX0000000000000000007" as TransferId,
      ticketId: "01KAQZT0000000000000000008",
      reason: "competence" as const,
      mode: "blind" as const,
      waitedSeconds: 63.4,
    };
    const uri = `sip:urp@${office.hostPort}`;
    await scene().sip.placeLeg(orderTo(office, { kind: "office", officeId: "x_test2", uri, nextHop: null, handover }));
    const invite = await office.receive(/^INVITE /);
    const pointer = Buffer.from(headerOf(invite, "User-to-User").split(";")[0] ?? "", "hex").toString();
    expect(pointer).toBe("tupa1;t=01KAQZT0000000000000000008;x=01KAQZX0000000000000000007;o=x_test1");
    expect(headerOf(invite, "X-LA2-Transfer")).toBe("reason=competence;waited=63");
  });
}

function handingOver(scene: Scene): void {
  const toldAgain = () =>
    scene()
      .log.messages("info")
      .filter((message) => message.includes("told again")).length;

  test("the other office is told again of the handover until it takes the word, and not after the call", async () => {
    const office = await scene().peer("127.0.0.2");
    await scene().sip.placeLeg(orderTo(office));
    const invite = await office.receive(/^INVITE /);
    office.send(["SIP/2.0 200 OK", ...answerLines(invite, office), "Content-Type: application/sdp"], sdp);
    await scene().host.event("leg-answered");
    await office.receive(/^ACK /);
    await scene().sip.tellHandover(legId);
    for (const [times, pauseMs] of [2_000, 4_000].entries()) {
      const info = await office.receive(/^INFO /);
      expect(headerOf(info, "X-LA2-Transfer")).toBe("completed");
      office.send(["SIP/2.0 503 Service Unavailable", ...viaToCseq(info)]);
      await expect.poll(toldAgain).toBe(times + 1);
      scene().clock.move(pauseMs);
    }
    const taken = await office.receive(/^INFO /);
    office.send(["SIP/2.0 200 OK", ...viaToCseq(taken)]);
    await scene().sip.endLeg(legId, "hung-up");
    const bye = await office.receive(/^BYE /);
    office.send(["SIP/2.0 200 OK", ...viaToCseq(bye)]);
    await scene().host.event("leg-ended");
    scene().clock.move(120_000);
    expect(toldAgain()).toBe(2);
  });
}

export function answerLines(invite: string, peer: RawPeer): string[] {
  const lines = viaToCseq(invite);
  return [
    ...lines.map((line) => (line.startsWith("To:") ? `${line};tag=phone` : line)),
    `Contact: <sip:anna@${peer.hostPort}>`,
  ];
}
