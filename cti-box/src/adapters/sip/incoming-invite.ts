/** An INVITE outside a dialog, read down to what the application decides on. Pure: the request in, the facts or a refusal out. */
import { firstOf, identityOf, withholdsIdentity } from "./headers/identity.ts";
import { readSessionId } from "./headers/session-id.ts";
import { parseSipUri } from "./drachtio.ts";
import type { SipMessage, SipRequest } from "./drachtio.ts";
import type { IncomingInvite } from "../../application/ports.ts";
import type { MediaProfile } from "../../domain/call/call.ts";

export type UnreadableInvite = { status: 400 | 416 | 488 | 415; why: string };

export function readInvite(
  request: SipRequest,
  leg: Pick<IncomingInvite, "legId" | "source" | "replaces">,
): IncomingInvite | UnreadableInvite {
  const target = parseSipUri(request.uri);
  if (target === null) return { status: 416, why: "request-URI is not one we know" };
  const from = identityOf(request.get("from"));
  if (from === null) return { status: 400, why: "From cannot be read" };
  const description = sdpOf(request);
  if (description.kind === "other-type") return { status: 415, why: "body is not a session description" };
  // Without an offer ours goes with the 200: only where the call is answered at once, so that phones can be offered what the caller speaks.
  if (description.kind === "none" && leg.source.kind !== "trunk") return { status: 488, why: "no session description" };
  const sdp = description.kind === "sdp" ? description.sdp : null;
  return {
    ...leg,
    requestedUser: target.user ?? "",
    requestedHost: target.host,
    from,
    asserted: identityOf(firstOf(request.get("p-asserted-identity"))),
    isPrivate: withholdsIdentity(request.get("privacy")),
    userToUser: valuesOf(request, "user-to-user"),
    sessionId: readSessionId(request.get("session-id")),
    sourceOffice: request.get("X-LA2-Source-Office")?.trim() ?? null,
    transferHeader: request.get("X-LA2-Transfer") ?? null,
    isSecured: /^(tls|wss)$/i.test(request.protocol),
    media: sdp === null ? "rtp" : profileOf(sdp),
    sdp,
  };
}

export type Description = { kind: "sdp"; sdp: string } | { kind: "none" } | { kind: "other-type" };

/** The session description of a request or answer: the body, or the part of that type of a multipart body. */
export function sdpOf(message: SipMessage): Description {
  if (message.body === undefined || message.body === "") return { kind: "none" };
  const type = (message.get("content-type") ?? "application/sdp").toLowerCase();
  if (type.startsWith("application/sdp")) return { kind: "sdp", sdp: message.body };
  const part = message.payload.find((one) => one.type?.toLowerCase().startsWith("application/sdp"));
  if (!type.startsWith("multipart/") || part?.content === undefined) return { kind: "other-type" };
  return { kind: "sdp", sdp: `${part.content.trimEnd()}\r\n` };
}

/** What an offer wants to speak. */
export function profileOf(sdp: string): MediaProfile {
  return /^m=audio \d+ (UDP|TCP)\/TLS\/RTP\/SAVPF?\b/im.test(sdp) ? "webrtc" : "rtp";
}

function valuesOf(request: SipMessage, name: string): string[] {
  const value = request.get(name);
  return value === undefined ? [] : [value];
}
