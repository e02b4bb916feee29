/** Signalling in which no leg goes out over a trunk that has no place for it: that leg fails, and its call looks for another way. */
import type { TrunkBook } from "./trunk-book.ts";
import type { CallSignalling } from "./ports.ts";

type LegSignalling = Omit<CallSignalling, "start" | "close">;

export function gatedSignalling(sip: CallSignalling, trunks: () => Pick<TrunkBook, "takePlace">): LegSignalling {
  return {
    placeLeg: async (order) => {
      const { to } = order;
      if (to.kind === "trunk" && !trunks().takePlace(to.trunkId, to.numberKind ?? "geographic"))
        throw new Error(`trunk ${to.trunkId} has no place`);
      await sip.placeLeg(order);
    },
    progressLeg: (legId) => sip.progressLeg(legId),
    answerLeg: (legId, sdp, connected) => sip.answerLeg(legId, sdp, connected),
    tellConnected: (legId, connected) => sip.tellConnected(legId, connected),
    rejectLeg: (legId, refusal) => sip.rejectLeg(legId, refusal),
    endLeg: (legId, reason) => sip.endLeg(legId, reason),
    answerReinvite: (legId, sdp) => sip.answerReinvite(legId, sdp),
    refuseReinvite: (legId, status) => sip.refuseReinvite(legId, status),
    renegotiateLeg: (legId, sdp) => sip.renegotiateLeg(legId, sdp),
    notifyReferrer: (legId, status) => sip.notifyReferrer(legId, status),
    sendKey: (legId, key) => sip.sendKey(legId, key),
    tellHandover: (legId) => sip.tellHandover(legId),
    sendText: (legId, text) => sip.sendText(legId, text),
    dropAccount: (user) => sip.dropAccount(user),
    openLegs: () => sip.openLegs(),
  };
}
