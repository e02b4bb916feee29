/** What a leg may be offered and agree to. */
import { findLeg } from "../domain/call/find-leg.ts";
import { sharedTelephoneCodecs } from "../domain/trunk/trunk-codecs.ts";
import type { Call, CarrierAttempt } from "../domain/call/call.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { CodecsOfTrunk } from "../domain/trunk/trunk-codecs.ts";
import type { SrtpOfTrunk, SrtpUse } from "../domain/trunk/trunk-srtp.ts";
import type { OfferedAudio } from "./media-port.ts";

/** A carrier's leg: what its trunk is bound to. A phone that is to talk over a trunk which has not answered yet: what all trunks of the call take. */
export function audioOfLeg(call: Call, legId: LegId, codecsOf: CodecsOfTrunk): OfferedAudio {
  const peer = findLeg(call, legId)?.peer;
  if (peer?.kind === "trunk") return codecsOf(peer.name) ?? (call.direction === "out" ? "telephone" : "any");
  if (call.direction !== "out") return "any";
  return (
    (call.phase.kind === "dialling" ? sharedTelephoneCodecs(trunksOf(call, call.phase), codecsOf) : null) ?? "telephone"
  );
}

/** Those that are being called and those that may be. */
function trunksOf({ legs }: Call, { routes }: Pick<CarrierAttempt, "routes">): { trunkId: string }[] {
  return [...legs.flatMap(({ peer }) => (peer.kind === "trunk" ? [{ trunkId: peer.name }] : [])), ...routes];
}

/** Phones and other offices have none of their own: their keys would come over connections that nobody has asked about. */
export function srtpOfLeg(call: Call, legId: LegId, srtpOf: SrtpOfTrunk): SrtpUse {
  const peer = findLeg(call, legId)?.peer;
  return peer?.kind === "trunk" ? srtpOf(peer.name) : "off";
}
