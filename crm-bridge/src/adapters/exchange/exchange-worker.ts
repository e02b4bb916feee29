/** Works off the outbox towards the hub: the first task of each lane, lanes side by side, again after a pause when the hub does not answer. */
import type { ExchangeAttempt } from "../../application/exchange-tickets.ts";
import type { ExchangeTask, Log, QueuedTask } from "../../application/ports.ts";
import type { Ticket } from "../../domain/ticket.ts";
import type { TupaClient, TupaResult } from "../../tupa/client/tupa-client.ts";
import type { TupaTransfer } from "../../tupa/contract/objects.ts";
import { registrationOf } from "./tupa-mapping.ts";

const sweepMs = 250;

export type ExchangeWorker = { wake(): void; close(): Promise<void> };

export function startExchangeWorker(parts: {
  client: TupaClient;
  officeId: string;
  due(): QueuedTask<ExchangeTask>[];
  ticket(ticketId: string): Ticket | null;
  settle(queued: QueuedTask<ExchangeTask>, attempt: ExchangeAttempt): void;
  markSent(taskId: number): "gone" | "first" | "again";
  markUnsent(taskId: number): void;
  /** The name under which an operator is known to other offices: never the login. */
  pseudonym(operatorLogin: string): string;
  log: Log;
}): ExchangeWorker {
  const running = new Map<number, Promise<void>>();
  let phase: "open" | "closed" = "open";
  const sweep = (): void => {
    if (phase === "closed") return;
    for (const queued of parts.due()) {
      if (running.has(queued.taskId)) continue;
      const work = attempt(parts, queued)
        .then((outcome) => {
          if (phase === "open") parts.settle(queued, outcome);
        })
        .catch((error: unknown) => parts.log.error({ error: String(error) }, "an exchange task failed"))
        .finally(() => {
          running.delete(queued.taskId);
          // What waited behind it in its lane may go now.
          setImmediate(sweep);
        });
      running.set(queued.taskId, work);
    }
  };
  const timer = setInterval(sweep, sweepMs);
  return {
    wake: () => setImmediate(sweep),
    close: async () => {
      phase = "closed";
      clearInterval(timer);
      await Promise.allSettled(running.values());
    },
  };
}

type Parts = {
  client: TupaClient;
  officeId: string;
  ticket(ticketId: string): Ticket | null;
  markSent(taskId: number): "gone" | "first" | "again";
  markUnsent(taskId: number): void;
  pseudonym(operatorLogin: string): string;
};

async function attempt(parts: Parts, { task, taskId }: QueuedTask<ExchangeTask>): Promise<ExchangeAttempt> {
  const { client } = parts;
  switch (task.kind) {
    case "deliver":
      return deliver(parts, task, taskId);
    case "accept": {
      const { transferId, targetLocalTicketId } = task;
      const operatorRef = task.operatorRef === null ? null : parts.pseudonym(task.operatorRef);
      return ofTransfer(await client.accept(transferId, { targetLocalTicketId, operatorRef, takeNow: true }));
    }
    case "withdraw":
      return ofTransfer(await client.withdraw(task.transferId, { reason: task.reason }));
    case "return": {
      const asked = await client.askBack(task.transferId, { reason: task.reason });
      // The feed tells of it, behind the acceptance: so the ticket's history is whole here as well.
      return asked.ok ? { kind: "done", transfer: null } : failed(asked);
    }
    case "note":
      return ofTicket(
        await client.update(task.ticketId, { operation: "note", updateId: task.updateId, text: task.text }),
      );
    case "reopen":
      return ofTicket(await client.reopen(task.ticketId, { updateId: task.updateId, reason: task.reason }));
    case "status":
      return ofTicket(await client.update(task.ticketId, { operation: task.operation, updateId: task.updateId }));
    case "close": {
      const { updateId, status, answer } = task;
      const outcome = task.outcome as "answered";
      return ofTicket(await client.closeTicket(task.ticketId, { updateId, status, outcome, answer }));
    }
  }
}

/**
 * Registers the ticket as it is now, which is no news the second time, and asks for its transfer. That it is being sent is written down first: from
 * then on a failed call takes the transfer back at the hub, and until then it is simply left out.
 */
async function deliver(
  parts: Parts,
  task: Extract<ExchangeTask, { kind: "deliver" }>,
  taskId: number,
): Promise<ExchangeAttempt> {
  const ticket = parts.ticket(task.ticketId);
  const transfer = ticket?.transfers.find((each) => each.transferId === task.transferId);
  if (ticket === null || transfer === undefined) return { kind: "refused", reason: "the ticket is not here any more" };
  const registered = ofTicket(await parts.client.registerTicket(registrationOf(ticket)));
  if (registered.kind !== "done") return registered;
  const sending = parts.markSent(taskId);
  if (sending === "gone") return { kind: "refused", reason: "taken back before it was sent" };
  const { transferId, toOfficeId, reason, message } = transfer;
  const result = await parts.client.requestTransfer(task.ticketId, {
    transferId,
    fromOfficeId: parts.officeId,
    toOfficeId,
    mode: "sync",
    reason: reason as "competence",
    message,
    withCall: true,
    call: { callId: task.callId, expiresAt: task.expiresAt },
  });
  if (!result.ok && result.kind === "unreached" && sending === "first") parts.markUnsent(taskId);
  return ofTransfer(result);
}

function failed(result: Extract<TupaResult<unknown>, { ok: false }>): ExchangeAttempt {
  return { kind: result.kind === "refused" ? "refused" : "unavailable", reason: result.reason };
}

function ofTransfer(result: TupaResult<TupaTransfer>): ExchangeAttempt {
  if (!result.ok) return failed(result);
  const { status, targetLocalTicketId } = result.value;
  return { kind: "done", transfer: { status, targetLocalTicketId } };
}

function ofTicket(result: TupaResult<unknown>): ExchangeAttempt {
  return result.ok ? { kind: "done", transfer: null } : failed(result);
}
