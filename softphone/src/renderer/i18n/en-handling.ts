/** English texts of forwarding and do not disturb. */
import type { itHandling } from "./it-handling.ts";

export const enHandling: Record<keyof typeof itHandling, string> = {
  "handling.open": "Forwarding",
  "handling.title": "Forwarding and do not disturb",
  "handling.explained": "Forwarding is for calls of colleagues. Calls of queues are not forwarded.",
  "handling.disturb": "Do not disturb",
  "handling.disturb.explained": "No call rings, neither from queues nor from colleagues, who hear busy.",
  "handling.waiting": "Second call rings",
  "handling.waiting.explained": "During a call a colleague's call rings as well; answering it holds the first one.",
  "handling.always": "Always forward to",
  "handling.busy": "While I am in a call, forward to",
  "handling.no-answer": "When I do not answer, forward to",
  "handling.after": "After how many seconds",
  "handling.seconds": "{seconds} seconds",
  "handling.nowhere": "Do not forward",
  "handling.queue": "Queue {queue}",
  "handling.save": "Save",
  "handling.cancel": "Cancel",
  "handling.on.disturb": "Do not disturb is on",
  "handling.on.always": "Forwarding is on",
  "handling.on.some": "Forwarding when busy or unanswered",
  "problem.handling": "Forwarding did not change: the telephone system did not accept it.",
};
