/** What a request handler answers. */
import { readHandlerAnswer } from "../../../control/outbound/handler-answer.ts";
import { linesIn } from "../corpus.ts";
import { promise, type FuzzTarget } from "../fuzz-target.ts";

const words = [
  '"action"',
  '"data"',
  '"reject"',
  '"redirect"',
  '"proxy"',
  '"route"',
  '"uri"',
  '"tag"',
  '"status"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "\\u0000",
  "\\r\\n",
  "null",
  "true",
  "1e999",
  "-0",
  '"__proto__"',
  "sip:",
  "tls://",
];

export function handlerAnswers(): FuzzTarget {
  return { seeds: linesIn("handler-answers.txt"), words, run };
}

function run(input: Buffer): void {
  const read = readHandlerAnswer(input.toString("utf8"));
  if (!read.ok) {
    promise(read.why !== "", "a refusal has a reason");
    return;
  }
  const { answer } = read;
  if (answer.kind === "reject") promise(!/[\r\n]/.test(answer.reason), "a reason stays on its line");
  if (answer.kind === "redirect")
    for (const contact of answer.contacts) promise(!/[\s<>]/.test(contact), "a Contact stays in its brackets");
  if (answer.kind === "proxy") promise(answer.order.destination.length <= 64, "targets are bounded");
}
