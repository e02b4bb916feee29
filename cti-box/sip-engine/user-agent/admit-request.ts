/**
 * Whether a request from the network gets any further: what its headers say, then what its source may ask for. Requests of running dialogs always do, and so does
 * everything of trusted networks but what a rule about headers names.
 */
import { writeMessage } from "../message/write-message.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import { takeOwnRoutes } from "../proxy/own-routes.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse } from "./build-message.ts";
import type { Context } from "./context.ts";

/** Seconds after which a peer that was refused is told to come back: spread, so that they do not come back all at once. */
const retryAfter = { least: 5, spread: 16 } as const;

/** False: it was answered here, or is not worth an answer. */
export function admitRequest(context: Context, request: SipRequest, way: { source: Flow; back: Flow }): boolean {
  const { protection } = context;
  const { source, back } = way;
  const isInitial = tagOf(request.headers.first("to")) === null;
  if (isInitial && request.method !== "CANCEL" && !isWelcome(context, request, way)) return false;
  if (protection.isTrusted(source)) return true;
  if (!isInitial && isOfDialog(context, request)) {
    protection.good(source);
    return true;
  }
  const admission = protection.admit(source);
  if (admission === "busy") {
    const answer = ownResponse(request, [503, "Service Unavailable"]);
    answer.headers.append("Retry-After", String(retryAfter.least + Math.floor(Math.random() * retryAfter.spread)));
    back.send(writeMessage(answer));
  }
  return admission === "admitted";
}

/** The rules about headers (control protocol §9.4). */
function isWelcome(
  { protection }: Context,
  request: SipRequest,
  { source, back }: { source: Flow; back: Flow },
): boolean {
  const judgement = protection.judge(request);
  if (judgement.kind === "pass") return true;
  if (judgement.kind === "healthy") {
    back.send(writeMessage(ownResponse(request, [200, "OK"])));
    return false;
  }
  const { by } = judgement;
  if (by === "scanner") protection.scanned(source);
  protection.counters[by === "scanner" ? "scanners" : by === "blocked" ? "blocked" : "registersAtAddress"] += 1;
  if (judgement.kind === "answer") back.send(writeMessage(ownResponse(request, judgement.answer)));
  return false;
}

/** Of a dialog of ours, or of one that the engine stays on the way of: both carry what only a party of it knows. */
function isOfDialog({ dialogs, proxied }: Context, request: SipRequest): boolean {
  const { headers } = request;
  const toTag = tagOf(headers.first("to")) ?? "";
  const fromTag = tagOf(headers.first("from")) ?? "";
  if (dialogs.match(headers.first("call-id") ?? "", toTag, fromTag) !== undefined) return true;
  return headers.has("route") && takeOwnRoutes(proxied.signer, request)?.use === "dialog";
}
