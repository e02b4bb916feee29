/** OPTIONS outside of a dialog (RFC 3261 §11.1): is somebody there? */
import { once } from "node:events";
import type { SipStack } from "./drachtio.ts";
import type { OwnOffice } from "./outgoing-invite.ts";
import type { ProbeAnswer } from "../../domain/trunk/trunk-health.ts";

/** Whatever goes wrong is silence: a name that does not resolve, a connection that is refused, a stack that is away. */
export async function probeWithOptions(
  stack: SipStack,
  office: OwnOffice,
  { uri, withinMs }: { uri: string; withinMs: number },
): Promise<ProbeAnswer> {
  const headers = { from: `<sip:${office.domain}>`, to: `<${uri}>`, accept: "application/sdp" };
  try {
    const request = await stack.request(uri, { method: "OPTIONS", headers });
    const [response] = (await once(request, "response", { signal: AbortSignal.timeout(withinMs) })) as [
      { status: number },
    ];
    return { kind: "answered", status: response.status };
  } catch {
    return { kind: "silent" };
  }
}
