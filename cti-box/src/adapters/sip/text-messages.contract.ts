/** Text beside the voice, in the dialog (RFC 3428): part of the signalling port's contract. */
import { expect, test } from "vitest";
import { exampleSdp, headerOf } from "../../../sip-engine/testing/raw-peer.ts";
import { answerLines, orderTo, viaToCseq } from "./placed-legs.contract.ts";
import type { RawPeer } from "../../../sip-engine/testing/raw-peer.ts";
import type { SignallingScene } from "../../../testing/signalling-scene.ts";
import type { LegId } from "../../domain/call/ids.ts";

export type TalkingCarrier = {
  scene: SignallingScene;
  carrier: RawPeer;
  /** The carrier's call up to the ACK. */
  answeredCall: (callId: string) => Promise<{ answer: string; legId: LegId }>;
  inDialog: (method: string, answer: string, request: { cseq: number; more?: string[] }) => string[];
};

const plain = "Content-Type: text/plain;charset=utf-8";

export function itPassesTexts(talking: () => TalkingCarrier): void {
  bothWays(talking);
  refused(talking);
}

function bothWays(talking: () => TalkingCarrier): void {
  test("what the far end writes is told and what we write is sent, in UTF-8", async () => {
    const { scene, carrier, answeredCall, inDialog } = talking();
    const call = await answeredCall("text");
    const words = "è qui? 👋\u2028";
    carrier.send(inDialog("MESSAGE", call.answer, { cseq: 2, more: [plain] }), words);
    await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 MESSAGE/);
    expect(await scene.host.event("leg-text")).toEqual({ type: "leg-text", legId: call.legId, text: words });
    const sent = scene.sip.sendText(call.legId, words);
    const message = await carrier.receive(/^MESSAGE /);
    expect(headerOf(message, "Content-Type")).toBe("text/plain;charset=utf-8");
    expect(message.endsWith(words)).toBe(true);
    carrier.send(["SIP/2.0 200 OK", ...viaToCseq(message)]);
    expect(await sent).toBe("sent");
  });

  test("both ways with an office that was called, one after the other", async () => {
    const { scene } = talking();
    const office = await scene.peer("127.0.0.3");
    const order = orderTo(office);
    await scene.sip.placeLeg(order);
    const invite = await office.receive(/^INVITE /);
    office.send(["SIP/2.0 200 OK", ...answerLines(invite, office), "Content-Type: application/sdp"], exampleSdp);
    await scene.host.event("leg-answered");
    await office.receive(/^ACK /);
    for (const text of ["è", "\b", "e\u2028"]) {
      const sent = scene.sip.sendText(order.legId, text);
      const message = await office.receive(/^MESSAGE /);
      expect(message.endsWith(`\r\n\r\n${text}`)).toBe(true);
      office.send(["SIP/2.0 200 OK", ...viaToCseq(message)]);
      expect(await sent).toBe("sent");
    }
    const theirs = [
      `MESSAGE ${/<([^>]+)>/.exec(headerOf(invite, "Contact"))?.[1] ?? ""} SIP/2.0`,
      `Via: SIP/2.0/UDP ${office.hostPort};branch=z9hG4bK-text-of-the-office`,
      `From: ${headerOf(invite, "To")};tag=phone`,
      `To: ${headerOf(invite, "From")}`,
      `Call-ID: ${headerOf(invite, "Call-ID")}`,
      "CSeq: 1 MESSAGE",
      "Max-Forwards: 70",
      plain,
    ];
    office.send(theirs, "sì");
    await office.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 MESSAGE/);
    expect(await scene.host.event("leg-text")).toEqual({ type: "leg-text", legId: order.legId, text: "sì" });
  });
}

function refused(talking: () => TalkingCarrier): void {
  test("a far end that takes none is known by its answer; one that is busy is not", async () => {
    const { scene, carrier, answeredCall, inDialog } = talking();
    const call = await answeredCall("no-text");
    // Its answer says that the ACK has arrived.
    carrier.send(inDialog("OPTIONS", call.answer, { cseq: 2 }));
    await carrier.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 OPTIONS/);
    const answered = async (status: string): Promise<string> => {
      const sent = scene.sip.sendText(call.legId, "a");
      carrier.send([`SIP/2.0 ${status}`, ...viaToCseq(await carrier.receive(/^MESSAGE /))]);
      return sent;
    };
    expect(await answered("405 Method Not Allowed")).toBe("refused");
    expect(await answered("500 Server Internal Error")).toBe("failed");
    expect(await scene.sip.sendText("nobody" as LegId, "a")).toBe("failed");
  });

  test("other kinds and too much are refused, and everything of who may not write", async () => {
    const { scene, carrier, answeredCall, inDialog } = talking();
    const call = await answeredCall("strange-text");
    const refusal = async (cseq: number, type: string, body: string): Promise<string> => {
      carrier.send(inDialog("MESSAGE", call.answer, { cseq, more: [type] }), body);
      return (await carrier.receive(new RegExp(`CSeq: ${cseq} MESSAGE`))).slice(8, 11);
    };
    expect(await refusal(2, "Content-Type: text/html", "<b>a</b>")).toBe("415");
    expect(await refusal(3, "Content-Type: text/plain;charset=iso-8859-1", "a")).toBe("415");
    expect(await refusal(4, plain, "a".repeat(2_001))).toBe("413");
    scene.host.textsTaken = false;
    expect(await refusal(5, plain, "a")).toBe("405");
    expect(scene.host.unheard()).toEqual([]);
  });
}
