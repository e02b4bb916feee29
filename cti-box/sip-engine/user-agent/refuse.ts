/** Answers of the engine's own to requests that no application has to know of. */
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import { ownResponse } from "./build-message.ts";

export type Refusal = readonly [status: number, reason: string, header?: readonly [name: string, value: string]];

/** Answers with that status and at most one more header. */
export function refuse(transaction: ServerTransaction, ...[status, reason, header]: Refusal): void {
  const response = ownResponse(transaction.request, [status, reason], transaction.localTag);
  if (header) response.headers.append(header[0], header[1]);
  transaction.respond(response);
}
