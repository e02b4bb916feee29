/** The message reader and writer: nothing thrown, nothing larger than what came, and what is written reads back as the same. */
import { contentLength, faultOf, limits, parseFromApplication, parseMessage } from "../../../message/parse-message.ts";
import type { SipMessage } from "../../../message/sip-message.ts";
import { startLineOf, writeAsReceived, writeMessage } from "../../../message/write-message.ts";
import { filesIn } from "../corpus.ts";
import { promise, type FuzzTarget } from "../fuzz-target.ts";
import { grammaticalMessages } from "../grammar.ts";
import { sipWords } from "../words.ts";
import { dropped, ofIpv6, refused, understood } from "../../torture/own-messages.ts";

export function messages(): FuzzTarget {
  const torture = [...understood, ...ofIpv6, ...refused, ...dropped].map(({ bytes }) => bytes);
  return { seeds: [...filesIn("messages"), ...torture], words: sipWords, grammar: grammaticalMessages, run };
}

function run(input: Buffer): void {
  const parsed = parseMessage(input);
  if (parsed.ok) {
    promise(parsed.length <= input.length, "a message is no longer than its bytes");
    checkRead(parsed.message, input);
  } else if (parsed.partial !== null) faultOf(parsed.partial);
  const ofApplication = parseFromApplication(input);
  if (ofApplication.ok) checkRead(ofApplication.message, input);
}

function checkRead(message: SipMessage, input: Buffer): void {
  const { headers, body } = message;
  promise(body.length <= input.length, "a body is no longer than its bytes");
  promise(headers.size <= limits.headers, "headers are bounded");
  const fault = faultOf(message);
  for (const { key } of headers) headers.values(key);
  for (const written of [writeMessage(message), writeAsReceived(message)]) {
    const lines = written.toString("utf8", 0, written.length - body.length).split("\r\n");
    promise(lines.length - 3 <= headers.size + 1, "no value makes a line of its own");
    const again = parseMessage(written);
    if (written.length - body.length > limits.headBytes) continue;
    if (isAtLimit(message)) continue;
    promise(again.ok, `what is written reads back (${again.ok ? "" : again.reason})`);
    promise(again.message.body.equals(body), "the body is kept byte for byte");
    promise(startLineOf(again.message) === startLineOf(message), "the start line is kept");
    promise(contentLength(again.message.headers) === body.length, "Content-Length is true");
    if (fault === null) promise(faultOf(again.message) === null, "a message in order stays in order");
    promise(writeMessage(again.message).equals(writeMessage(message)), "writing again changes nothing");
  }
}

/** With Content-Length added, or a folded line joined, it may pass a limit. */
function isAtLimit({ headers }: SipMessage): boolean {
  if (headers.size >= limits.headers - 1) return true;
  for (const { name, value } of headers) if (name.length + value.length > limits.lineLength - 4) return true;
  return false;
}
