/** A consultation between Anna and Bruno about a waiting citizen, and what may happen to it. */
import { anna, consultation, leg, toTalking, transferId } from "./call-builders.ts";
import type { ConsultationPartner } from "../src/domain/transfer/transfer.ts";
import type { UntimedEvent } from "./call-builders.ts";

/** Anna talks to the citizen and asks Bruno, whose phone rings. */
export const asked = [...toTalking, consultation()];
export const brunoAnswers: UntimedEvent = { type: "leg-answered", legId: leg("bruno-x") };
/** Bruno has answered. */
export const consulting = [...asked, brunoAnswers];
export const turn = (talkingTo: ConsultationPartner): UntimedEvent => ({
  type: "consultation-turned",
  operatorId: anna,
  transferId,
  talkingTo,
});
/** Citizen, Anna and Bruno speak all together. */
export const inConference = [...consulting, turn("everybody")];
export const complete: UntimedEvent = { type: "transfer-completed", operatorId: anna, transferId };
export const cancel: UntimedEvent = { type: "transfer-cancelled", operatorId: anna, transferId };
export const hangsUp = (legId: string): UntimedEvent => ({ type: "leg-ended", legId: leg(legId), how: "bye" });
export const isLost = (legId: string): UntimedEvent => ({ type: "leg-ended", legId: leg(legId), how: "lost" });
export const mediaFails = (legId: string): UntimedEvent => ({ type: "media-failed", legId: leg(legId) });
