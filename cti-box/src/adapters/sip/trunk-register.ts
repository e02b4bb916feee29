/** REGISTER of the office at a carrier (RFC 3261 §10.2), with digest where the carrier asks for it. */
import { answerTo } from "./answer-to.ts";
import { parseSipUri } from "./drachtio.ts";
import type { SipHeaders, SipMessage, SipStack } from "./drachtio.ts";
import type { RegisterOrder } from "../../application/trunk-ports.ts";
import type { RegisterAnswer } from "../../domain/trunk/trunk-registration.ts";

export type TrunkCredentials = { username: string; password: string };

const answerWithinMs = 10_000;

export async function registerAtCarrier(
  stack: SipStack,
  order: RegisterOrder,
  credentials: TrunkCredentials | undefined,
): Promise<RegisterAnswer> {
  const { registrar, expiresSeconds } = order;
  const headers = registerHeaders(order, parseSipUri(registrar)?.host);
  try {
    const request = { uri: registrar, withinMs: answerWithinMs, method: "REGISTER", headers, credentials };
    const response = await answerTo(stack, request);
    if (response.status !== 200) return { kind: "refused", status: response.status };
    return { kind: "registered", expiresSeconds: grantedSeconds(response) ?? expiresSeconds };
  } catch {
    return { kind: "silent" };
  }
}

export function registerHeaders({ user, expiresSeconds }: RegisterOrder, host = ""): SipHeaders {
  const address = `<sip:${user}@${host}>`;
  // The stack writes the address that it is reached at.
  return { from: address, to: address, contact: `<sip:${user}@localhost>`, expires: String(expiresSeconds) };
}

/** The `expires` of our Contact goes before the Expires header (§10.2.4). */
export function grantedSeconds(response: SipMessage): number | null {
  const inContact = /;\s*expires\s*=\s*"?(\d{1,9})/i.exec(response.get("contact") ?? "")?.[1];
  const text = inContact ?? response.get("expires")?.trim() ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
