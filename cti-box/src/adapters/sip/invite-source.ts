/** Who an INVITE outside of a dialog is from: by address; a phone of the office, known by its registration or its credentials, has to prove itself. */
import { authenticate, challenge } from "./registrar/authenticate.ts";
import { sourceOf } from "./registrar/registrar.ts";
import type { IncomingInvite, Log, SignallingHost } from "../../application/ports.ts";
import type { SipRequest, SipResponse } from "./drachtio.ts";
import type { AuthenticationParts } from "./registrar/authenticate.ts";
import type { Registrar } from "./registrar/registrar.ts";

export type InviteSourceParts = {
  host: Pick<SignallingHost, "identifySource">;
  registrar: Pick<Registrar, "bindings">;
  authentication: AuthenticationParts;
  log: Log;
};

/** Null: it was answered here. */
export function sourceOfInvite(
  { host, registrar, authentication, log }: InviteSourceParts,
  request: SipRequest,
  response: SipResponse,
): IncomingInvite["source"] | null {
  const source = host.identifySource(sourceOf(request));
  if (source.kind !== "unknown") return source;
  const mayBePhone =
    request.has("proxy-authorization") || registrar.bindings.registeredFrom(sourceOf(request)) !== null;
  if (!mayBePhone) return source;
  const proof = authenticate(authentication, request, 407);
  if (proof.kind === "account") return { kind: "operator", operatorId: proof.account.operatorId };
  if (proof.kind === "challenge") {
    challenge(authentication, { request, response, status: 407, isStale: proof.isStale });
    return null;
  }
  log.warn({ ...sourceOf(request), username: proof.username.slice(0, 64), why: proof.why }, "call refused");
  response.send(403);
  return null;
}
