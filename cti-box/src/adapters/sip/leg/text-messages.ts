/**
 * Text between the boxes of two offices whose media carry none: SIP MESSAGE (RFC 3428) in the dialog of the call, characters as in T.140. One at a time is on its way,
 * because messages may overtake each other. Refused to and from everybody else.
 */
import type { LegId } from "../../../domain/call/ids.ts";
import type { SignallingEvent } from "../../../application/ports.ts";
import type { SipDialog, SipRequest, SipResponse } from "../drachtio.ts";
import { allowedMethods } from "../outgoing-invite.ts";

/** UTF-16 units; a page's longest piece several times over, and well below what a datagram holds. */
const longestText = 2_000;
const textType = "text/plain;charset=utf-8";
/** The other box does not know the method, or what is in it; or there is no such dialog any more. */
const finalRefusals = [403, 405, 415, 481, 501];

/** `tell`: gives the leg's dialog, where there is one. */
type WritingLeg = { tell(request: (dialog: SipDialog) => void): void };

/** Resolves with the other box's answer. */
export function sendText(leg: WritingLeg, text: string): Promise<"sent" | "refused" | "failed"> {
  return new Promise((resolve) => {
    let isUp = false;
    leg.tell((dialog) => {
      isUp = true;
      dialog.request({ method: "MESSAGE", headers: { "Content-Type": textType }, body: text }, (error, response) => {
        const status = error === null ? (response?.status ?? 0) : 0;
        if (status >= 200 && status < 300) return resolve("sent");
        return resolve(finalRefusals.includes(status) ? "refused" : "failed");
      });
    });
    if (!isUp) resolve("failed");
  });
}

export type TextTaker = { legId: LegId; takesText(): boolean; emit(event: SignallingEvent): void };

/** Answers a MESSAGE and hands its text on. */
export function receiveText(taker: TextTaker, request: SipRequest, response: SipResponse): void {
  if (!taker.takesText()) return response.send(405, { headers: { Allow: allowedMethods } });
  const { body = "" } = request;
  if (!isPlainText(request.get("content-type"))) return response.send(415, { headers: { Accept: textType } });
  if (body.length > longestText) return response.send(413);
  response.send(200);
  if (body !== "") taker.emit({ type: "leg-text", legId: taker.legId, text: body });
  return undefined;
}

/** UTF-8 is what it is in without a word (RFC 3428 asks for it). */
function isPlainText(header: string | undefined): boolean {
  const [type = "", ...parameters] = (header ?? "").toLowerCase().split(";");
  const charset = parameters
    .map((one) => /^\s*charset\s*=\s*"?([^"\s]+)/.exec(one)?.[1])
    .find((one) => one !== undefined);
  return type.trim() === "text/plain" && (charset === undefined || charset === "utf-8" || charset === "us-ascii");
}
