/** A request of the office outside of a dialog, and its final answer. */
import { provenHeaders } from "./prove-request.ts";
import type { Password } from "./headers/digest-proof.ts";
import type { SipMessage, SipStack } from "./drachtio.ts";

/** `source_address` empty: the stack made the answer itself, because none came. */
export type FinalAnswer = SipMessage & { status: number; source_address?: string };
type Asked = { uri: string; withinMs: number; credentials?: Password | undefined } & Parameters<SipStack["request"]>[1];
/** Everything that is said, in order. */
type Witness = (direction: "sent" | "received", message: SipMessage) => void;

/** Proves who the office is where that is asked. Rejects when nothing is answered in time, or the request cannot be sent. */
export async function answerTo(
  stack: SipStack,
  asked: Asked,
  witness: Witness = () => undefined,
): Promise<FinalAnswer> {
  const { uri, withinMs, credentials, method, headers } = asked;
  const signal = AbortSignal.timeout(withinMs);
  const ask = async (these: typeof headers): Promise<[sent: SipMessage, answer: FinalAnswer]> => {
    const sent = await stack.request(uri, { method, headers: { ...these } });
    witness("sent", sent);
    const answer = await finalAnswer(sent, signal);
    witness("received", answer);
    return [sent, answer];
  };
  const [sent, answer] = await ask(headers);
  const proven = provenHeaders(sent, answer, { method, uri, headers, credentials });
  return proven === null ? answer : (await ask(proven))[1];
}

function finalAnswer(sent: NodeJS.EventEmitter, signal: AbortSignal): Promise<FinalAnswer> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    sent.on("response", (response: FinalAnswer) => {
      if (response.status >= 200) resolve(response);
    });
  });
}
