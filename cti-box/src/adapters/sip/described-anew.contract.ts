/** Descriptions of ours in a call that is up (RFC 3261 §14): agreed to, refused, or met by one of the far end's. Part of the signalling port's contract. */
import { expect, test } from "vitest";
import { exampleSdp as sdp } from "../../../sip-engine/testing/raw-peer.ts";
import { viaToCseq } from "./placed-legs.contract.ts";
import type { TalkingCarrier } from "./text-messages.contract.ts";
import type { Renegotiation } from "../../application/far-end.ts";
import type { LegId } from "../../domain/call/ids.ts";

export function itDescribesAnew(talking: () => TalkingCarrier): void {
  agreedOrRefused(talking);
  meetingTheirs(talking);
}

function agreedOrRefused(talking: () => TalkingCarrier): void {
  test("our re-INVITE brings the far end's answer, or the word that it was refused", async () => {
    const { scene, carrier, answeredCall, inDialog } = talking();
    const call = await answeredCall("renegotiated");
    // Its answer says that the ACK has arrived.
    carrier.send(inDialog("OPTIONS", call.answer, { cseq: 2 }));
    await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 OPTIONS/);
    const agreed = scene.sip.renegotiateLeg(call.legId, `${sdp}a=ours\r\n`);
    const invite = await carrier.receive(/^INVITE [\s\S]*a=ours/);
    const type = [`Contact: <sip:caller@${carrier.hostPort}>`, "Content-Type: application/sdp"];
    carrier.send(["SIP/2.0 200 OK", ...viaToCseq(invite), ...type], `${sdp}a=theirs\r\n`);
    expect(await agreed).toMatchObject({ kind: "agreed", sdp: expect.stringContaining("a=theirs") as string });
    await carrier.receive(/^ACK /);
    // Each is told at once, also after one that was refused.
    for (const status of [488, 603]) {
      const refused = scene.sip.renegotiateLeg(call.legId, `${sdp}a=for-${status}\r\n`);
      const again = await carrier.receive(new RegExp(`^INVITE [\\s\\S]*a=for-${status}`));
      carrier.send([`SIP/2.0 ${status} No`, ...viaToCseq(again)]);
      await carrier.receive(/^ACK /);
      expect(await refused).toEqual({ kind: "refused", status });
    }
    expect(await scene.sip.renegotiateLeg("nobody" as LegId, sdp)).toEqual({ kind: "refused", status: 481 });
  });
}

function meetingTheirs(talking: () => TalkingCarrier): void {
  test("our re-INVITE that meets one of the far end's may be sent again, soon by the side that did not make the call", async () => {
    const { scene, carrier, answeredCall, inDialog } = talking();
    const call = await answeredCall("glare");
    // Its answer says that the ACK has arrived.
    carrier.send(inDialog("OPTIONS", call.answer, { cseq: 2 }));
    await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 OPTIONS/);
    const met = scene.sip.renegotiateLeg(call.legId, sdp);
    const invite = await carrier.receive(/^INVITE /);
    carrier.send(["SIP/2.0 491 Request Pending", ...viaToCseq(invite)]);
    await carrier.receive(/^ACK /);
    expectGlare(await met);
    // Theirs has come and is not answered yet: ours does not even go out.
    carrier.send(inDialog("INVITE", call.answer, { cseq: 3, more: ["Content-Type: application/sdp"] }), sdp);
    await scene.host.event("leg-reinvited");
    expectGlare(await scene.sip.renegotiateLeg(call.legId, `${sdp}a=too-early\r\n`));
    await scene.sip.answerReinvite(call.legId, sdp);
    await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 INVITE/);
    expect(carrier.unread(/^INVITE [\s\S]*a=too-early/)).toEqual([]);
    carrier.send(inDialog("ACK", call.answer, { cseq: 3 }));
    // Its answer says that the ACK has arrived.
    carrier.send(inDialog("OPTIONS", call.answer, { cseq: 4 }));
    await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 4 OPTIONS/);
    const repeated = scene.sip.renegotiateLeg(call.legId, `${sdp}a=repeated\r\n`);
    const again = await carrier.receive(/^INVITE [\s\S]*a=repeated/);
    const contact = [`Contact: <sip:caller@${carrier.hostPort}>`, "Content-Type: application/sdp"];
    carrier.send(["SIP/2.0 200 OK", ...viaToCseq(again), ...contact], sdp);
    expect(await repeated).toMatchObject({ kind: "agreed" });
    await carrier.receive(/^ACK /);
  });
}

/** The carrier made the Call-ID (RFC 3261 §14.1). */
function expectGlare(outcome: Renegotiation): void {
  expect(outcome.kind).toBe("glare");
  expect(outcome.kind === "glare" && outcome.pauseMs >= 0 && outcome.pauseMs <= 2000).toBe(true);
}
