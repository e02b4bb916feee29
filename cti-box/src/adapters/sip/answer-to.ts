/** A request of the office outside of a dialog, and its final answer. */
import { once } from "node:events";
import type { SipMessage, SipStack } from "./drachtio.ts";

/** Rejects when nothing is answered in time, or the request cannot be sent. */
export async function answerTo(
  stack: SipStack,
  request: { uri: string; withinMs: number } & Parameters<SipStack["request"]>[1],
): Promise<SipMessage & { status: number }> {
  const { uri, withinMs, ...options } = request;
  const sent = await stack.request(uri, options);
  const [response] = (await once(sent, "response", { signal: AbortSignal.timeout(withinMs) })) as [
    SipMessage & { status: number },
  ];
  return response;
}
