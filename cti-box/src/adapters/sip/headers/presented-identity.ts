/** Who a far end says that it is now, in a request of its own in the middle of a call (RFC 4916, RFC 3325). */
import { z } from "zod";
import { toE164 } from "../../../domain/routing/phone-number.ts";
import { firstOf, identityOf, withholdsIdentity } from "./identity.ts";
import type { Caller } from "../../../domain/call/call-view.ts";
import type { SipMessage } from "../drachtio.ts";

const presentedSchema = z.object({
  user: z.string().max(128).nullable(),
  displayName: z
    .string()
    .max(500)
    .nullable()
    // Control characters have no place on a screen.
    .transform(
      (name) =>
        name
          ?.replaceAll(/\p{Cc}/gu, " ")
          .trim()
          .slice(0, 120) ?? null,
    ),
});

/**
 * P-Asserted-Identity, else From where its URI is another one than the dialog has known (`knownUri`); null: nothing new, or nothing that can be read. Whether it is
 * believed is decided elsewhere.
 */
export function readPresented(request: SipMessage, knownUri: string | null): Caller | null {
  const asserted = request.get("p-asserted-identity");
  const from = request.get("from");
  const isChanged = knownUri !== null && from !== undefined && uriIn(from) !== knownUri;
  if (asserted === undefined && !isChanged) return null;
  const read = presentedSchema.safeParse(identityOf(firstOf(asserted ?? from)));
  if (!read.success) return null;
  const { user, displayName } = read.data;
  if (withholdsIdentity(request.get("privacy")) || user === "anonymous")
    return { number: null, displayName: null, isWithheld: true };
  return { number: toE164(user ?? ""), displayName: displayName === "" ? null : displayName, isWithheld: false };
}

/** The URI of a From or To header, without what stands behind it. */
export function uriIn(header: string): string | null {
  return /<([^<>]*)>/.exec(header)?.[1] ?? /^\s*([a-z]+:[^\s;<>"]+)/i.exec(header)?.[1] ?? null;
}
