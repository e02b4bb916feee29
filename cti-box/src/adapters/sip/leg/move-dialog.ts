/**
 * A phone in a conversation goes on with it in another leg. A plain phone stays in its dialog and gets a new description of the media by
 * re-INVITE (RFC 3261 §14), which every phone understands; Replaces (RFC 3891) many do not.
 */
import { allowedMethods } from "../outgoing-invite.ts";
import type { SipDialog, SipHeaders } from "../drachtio.ts";

/**
 * Resolves with the final status; 200: the dialog has the new description, and knows the phone's answer. `identity`: with whom the phone talks from
 * now on (P-Asserted-Identity in a re-INVITE, RFC 5876 §3); its From stays, because a phone has to say that it understands another one (RFC 4916).
 */
export async function moveDialog(dialog: SipDialog, sdp: string, identity: SipHeaders): Promise<number> {
  const body = nextVersionOf(dialog.local.sdp, sdp);
  const contact = dialog.local.contact === undefined ? {} : { Contact: dialog.local.contact };
  const headers = { ...identity, ...contact, Allow: allowedMethods, "Content-Type": "application/sdp" };
  return new Promise((resolve) => {
    dialog.request({ method: "INVITE", headers, body }, (error, response) => {
      if (error !== null || response === undefined) return resolve(503);
      if (response.status < 200) return undefined;
      if (response.status === 200) {
        dialog.local.sdp = body;
        dialog.remote.sdp = response.body;
      }
      return resolve(response.status);
    });
  });
}

const origin = /^o=(\S+) (\d+) (\d+) (.*)$/m;

/** A description in the same dialog keeps its origin and counts its version up (RFC 3264 §8). */
export function nextVersionOf(earlier: string, next: string): string {
  const known = origin.exec(earlier);
  if (known === null) return next;
  const [, user = "-", session = "0", version = "0", address = ""] = known;
  return next.replace(origin, () => `o=${user} ${session} ${BigInt(version) + 1n} ${address.trimEnd()}`);
}
