/** OPTIONS outside of a dialog (RFC 3261 §11.1): is somebody there? */
import { answerTo } from "./answer-to.ts";
import type { SipHeaders, SipStack } from "./drachtio.ts";
import type { OwnOffice } from "./outgoing-invite.ts";
import type { ProbeAnswer } from "../../domain/trunk/trunk-health.ts";

/** Whatever goes wrong is silence: a name that does not resolve, a connection that is refused, a stack that is away. */
export async function probeWithOptions(
  stack: SipStack,
  office: OwnOffice,
  { uri, withinMs }: { uri: string; withinMs: number },
): Promise<ProbeAnswer> {
  const headers = optionsHeaders(office, uri);
  try {
    const { status } = await answerTo(stack, { uri, withinMs, method: "OPTIONS", headers });
    return { kind: "answered", status };
  } catch {
    return { kind: "silent" };
  }
}

export function optionsHeaders(office: OwnOffice, uri: string): SipHeaders {
  return { from: `<sip:${office.domain}>`, to: `<${uri}>`, accept: "application/sdp" };
}
