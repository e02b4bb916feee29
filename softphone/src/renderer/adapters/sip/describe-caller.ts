/** The caller as SIP presents him: P-Asserted-Identity first (the box sets it), then From. Only used until the box's own channel tells more. */
import { Grammar } from "sip.js";
import type { Invitation } from "sip.js";
import type { Caller } from "../../domain/call/call.ts";

export function describeCaller(invitation: Invitation): Caller {
  const asserted = invitation.request.getHeader("P-Asserted-Identity");
  const parsed = asserted === undefined ? undefined : Grammar.nameAddrHeaderParse(asserted);
  const from = parsed ?? invitation.remoteIdentity;
  const user = from.uri.user ?? "";
  const isWithheld = user === "anonymous" || from.uri.host === "anonymous.invalid";
  return {
    number: /^\+[1-9]\d{4,14}$/.test(user) ? user : null,
    displayName: isWithheld || from.displayName === "" ? null : from.displayName,
    isWithheld,
  };
}
