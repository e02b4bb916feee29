/** Two legs that an application of plain `drachtio-srf` joins: what one peer does reaches the other. */
import Srf from "drachtio-srf";
import { describe, expect, it } from "vitest";
import { answerLines, cancelOf, inDialogOf, sdpType, type ContractScene } from "../../testing/contract-scene.ts";
import { exampleSdp, headerOf, inviteLines, type RawPeer } from "../../testing/raw-peer.ts";

export function itJoinsCalls(scene: ContractScene): void {
  describe("joined calls of drachtio-srf", () => {
    it("CANCEL of the caller reaches the callee with its reason", async () => {
      const { caller, callee, callId, failed } = await ringing(scene);
      const reason = 'Reason: SIP;cause=200;text="Call completed elsewhere"';
      caller.send([...cancelOf(caller, scene, callId), reason]);
      await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 CANCEL/);
      await caller.receive(/^SIP\/2\.0 487/);
      const cancel = await callee.peer.receive(/^CANCEL /);
      expect(headerOf(cancel, "Via")).toBe(headerOf(callee.invite, "Via"));
      expect(headerOf(cancel, "Reason")).toBe('SIP;cause=200;text="Call completed elsewhere"');
      callee.peer.send(answerLines(cancel, "200 OK"));
      callee.peer.send(answerLines(callee.invite, "487 Request Terminated"));
      await callee.peer.receive(/^ACK /);
      expect(await failed).toMatchObject({ status: 487 });
    });

    it("the callee's 200 and the caller's ACK and BYE go through, in the application's order", async () => {
      const { caller, callee, joined } = await ringing(scene);
      const contact = `Contact: <sip:callee@${callee.peer.hostPort}>`;
      callee.peer.send(answerLines(callee.invite, "200 OK", [contact, ...sdpType]), exampleSdp);
      const answer = await caller.receive(/^SIP\/2\.0 200/);
      await callee.peer.receive(/^ACK /);
      caller.send(inDialogOf(caller, answer, "1 ACK"));
      const { uas, uac } = await joined;
      expect(uas.sip.callId).toBe(headerOf(answer, "Call-ID"));
      expect(uac.sip.callId).toBe(headerOf(callee.invite, "Call-ID"));
      const ended = new Promise((resolve) => uas.on("destroy", resolve));
      caller.send(inDialogOf(caller, answer, "2 BYE"));
      await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
      await ended;
      const farewell = new Promise<void>((resolve) => uac.destroy({ headers: {} }, () => resolve()));
      callee.peer.send(answerLines(await callee.peer.receive(/^BYE /), "200 OK"));
      await farewell;
    });
  });
}

type Joined = { uas: Srf.Dialog; uac: Srf.Dialog };
type Ringing = {
  caller: RawPeer;
  callee: { peer: RawPeer; invite: string };
  callId: string;
  joined: Promise<Joined>;
  failed: Promise<unknown>;
};

/** A call that rings at the callee, and the caller hears it. */
async function ringing(scene: ContractScene): Promise<Ringing> {
  const caller = await scene.peer("127.0.0.2");
  const peer = await scene.peer("127.0.0.3");
  const srf = await scene.srf();
  const { promise: joined, resolve, reject } = Promise.withResolvers<Joined>();
  srf.invite((req, res) => void srf.createB2BUA(req, res, `sip:callee@${peer.hostPort}`, {}).then(resolve, reject));
  const failed = joined.then(
    () => null,
    (error: unknown) => error,
  );
  await scene.routed(srf);
  const callId = scene.callId();
  caller.send(inviteLines(caller, scene.server.at, { callId }), exampleSdp);
  const invite = await peer.receive(/^INVITE /);
  peer.send(answerLines(invite, "180 Ringing"));
  await caller.receive(/^SIP\/2\.0 180/);
  return { caller, callee: { peer, invite }, callId, joined, failed };
}
