/** A re-INVITE of ours (RFC 3261 §14.1): a new description of our media, or the same one again, to a far end that stays in its dialog. */
import { allowedMethods } from "../outgoing-invite.ts";
import { askInSession, heardInSession } from "./session-of-dialog.ts";
import type { SipDialog, SipHeaders } from "../drachtio.ts";

/** Status of its final answer; `sdp`: the far end's description, null where it gave none. */
export type ReinviteAnswer = { status: number; sdp: string | null };

/** Request Pending: a re-INVITE of the far end's crossed ours. */
export const requestPending = 491;

/**
 * Resolves with the final answer, whatever it is; after a 200 the dialog has the new description and knows the far end's. Not with the package's own `modify`: that never
 * lets another one go out in a dialog where one was refused.
 */
export async function sendReinvite(dialog: SipDialog, sdp: string, identity: SipHeaders = {}): Promise<ReinviteAnswer> {
  const body = nextVersionOf(dialog.local.sdp, sdp);
  const contact = dialog.local.contact === undefined ? {} : { Contact: dialog.local.contact };
  const said = { ...identity, ...contact, Allow: allowedMethods, "Content-Type": "application/sdp" };
  const headers = askInSession(dialog, said);
  return new Promise((resolve) => {
    dialog.request({ method: "INVITE", headers, body }, (error, response) => {
      if (error !== null || response === undefined) return resolve({ status: 503, sdp: null });
      if (response.status < 200) return undefined;
      if (response.status !== 200) return resolve({ status: response.status, sdp: null });
      heardInSession(dialog, response);
      dialog.local.sdp = body;
      dialog.remote.sdp = response.body;
      const isEmpty = response.body === undefined || response.body === "";
      return resolve({ status: 200, sdp: isEmpty ? null : (response.body ?? null) });
    });
  });
}

/**
 * Milliseconds before a re-INVITE that met one of the far end's goes out again: whoever made the dialog's Call-ID waits 2.1 to 4 seconds, the other side up to 2, in
 * steps of 10 ms (RFC 3261 §14.1), so that they do not meet again. `random`: 0 up to 1.
 */
export function pauseAfterGlare(dialog: Pick<SipDialog, "type">, random: number = Math.random()): number {
  return dialog.type === "uac" ? 2100 + 10 * Math.floor(random * 191) : 10 * Math.floor(random * 201);
}

const origin = /^o=(\S+) (\d+) (\d+) (.*)$/m;

/** A description in the same dialog keeps its origin and counts its version up (RFC 3264 §8). */
export function nextVersionOf(earlier: string, next: string): string {
  const known = origin.exec(earlier);
  if (known === null) return next;
  const [, user = "-", session = "0", version = "0", address = ""] = known;
  return next.replace(origin, () => `o=${user} ${session} ${BigInt(version) + 1n} ${address.trimEnd()}`);
}

/** An answer in the same dialog: as it is where its origin goes on from the earlier one, else with the earlier one counted up. */
export function continuedFrom(earlier: string, next: string): string {
  const [, user, session, before = "0"] = origin.exec(earlier) ?? [];
  const [, nextUser, nextSession, version = "0"] = origin.exec(next) ?? [];
  const goesOn = user === nextUser && session === nextSession && BigInt(version) >= BigInt(before);
  return goesOn ? next : nextVersionOf(earlier, next);
}
