/** The `proxy` command (control protocol §8): its fields, and its one reply where nothing is passed on. */
import type { Application } from "../control/applications.ts";
import { replyFrame } from "../control/frames.ts";
import { HeaderList } from "../message/header-list.ts";
import { parseFromApplication } from "../message/parse-message.ts";
import type { Context } from "../user-agent/context.ts";
import { startProxying } from "./start-proxying.ts";

const longestTimeoutMs = 24 * 3_600_000;

export type ProxyFields = { messageId: string; fields: readonly string[]; message: Buffer | null };

/** Passes a request on as the application says. `incomplete`: the frame does not say what to where. */
export function proxyCommand(
  context: Context,
  application: Application,
  { messageId, fields, message }: ProxyFields,
): "handled" | "incomplete" {
  const [, , transactionId = "", remains, full, follow, mode, provisional, final, ...given] = fields;
  const destinations = given.map((uri) => uri.trim()).filter((uri) => uri !== "");
  if (transactionId === "" || destinations.length === 0) return "incomplete";
  const transaction = context.serversById.get(transactionId);
  if (transaction === undefined || !transaction.isOpen || !context.serverUses.has(transactionId)) {
    application.send(replyFrame(messageId, "NOK", `Unknown transaction id: ${transactionId}`));
    return "handled";
  }
  const refusal = startProxying(context, transaction, {
    destinations,
    staysOnTheWay: remains === "remainInDialog",
    mode: mode === "simultaneous" ? "simultaneous" : "serial",
    redirects: follow === "followRedirects" ? "followed" : "passed-on",
    provisionalMs: milliseconds(provisional),
    finalMs: milliseconds(final),
    extra: headersOf(message),
    audience: {
      application: application.name,
      messageId,
      wants: full === "fullResponse" ? "every-answer" : "the-end",
    },
  });
  if (refusal !== null) application.send(replyFrame(messageId, "NOK", refusal));
  return "handled";
}

/** `2s` or `1500ms`, as milliseconds; null where it says nothing. */
function milliseconds(text: string | undefined): number | null {
  const found = /^(\d{1,8})(ms|s)?$/.exec(text?.trim() ?? "");
  const value = Number(found?.[1] ?? 0) * (found?.[2] === "s" ? 1_000 : 1);
  return value > 0 ? Math.min(value, longestTimeoutMs) : null;
}

function headersOf(message: Buffer | null): HeaderList {
  const parsed = message === null ? null : parseFromApplication(message);
  return parsed?.ok ? parsed.message.headers : new HeaderList();
}
