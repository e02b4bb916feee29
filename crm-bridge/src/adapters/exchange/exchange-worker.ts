/** Works off the outbox towards the hub: the first task of each lane, lanes side by side, again after a pause when the hub does not answer. */
import type { ExchangeAttempt } from "../../application/exchange-tickets.ts";
import type { ExchangeTask, QueuedTask } from "../../application/ports.ts";
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

type Parts = { client: TupaClient; officeId: string; ticket(ticketId: string): Ticket | null };

async function attempt(parts: Parts, { task }: QueuedTask<ExchangeTask>): Promise<ExchangeAttempt> {
  const { client } = parts;
  switch (task.kind) {
    case "deliver":
      return deliver(parts, task);
    case "accept": {
      const { transferId, targetLocalTicketId, operatorRef } = task;
      return ofTransfer(await client.accept(transferId, { targetLocalTicketId, operatorRef, takeNow: true }));
    }
    case "withdraw":
      return ofTransfer(await client.withdraw(task.transferId, { reason: task.reason }));
    case "note":
      return ofTicket(
        await client.update(task.ticketId, { operation: "note", updateId: task.updateId, text: task.text }),
      );
    case "status":
      return ofTicket(await client.update(task.ticketId, { operation: task.operation, updateId: task.updateId }));
    case "close": {
      const { updateId, status, answer } = task;
      const outcome = task.outcome as "answered";
      return ofTicket(await client.closeTicket(task.ticketId, { updateId, status, outcome, answer }));
    }
  }
}

/** Registers the ticket, which is no news the second time, and asks for its transfer. */
async function deliver(parts: Parts, task: Extract<ExchangeTask, { kind: "deliver" }>): Promise<ExchangeAttempt> {
  const ticket = parts.ticket(task.ticketId);
  const transfer = ticket?.transfers.find((each) => each.transferId === task.transferId);
  if (ticket === null || transfer === undefined) return { kind: "refused", reason: "the ticket is not here any more" };
  if (ticket.originOfficeId === parts.officeId) {
    const registered = ofTicket(await parts.client.registerTicket(registrationOf(ticket)));
    if (registered.kind !== "done") return registered;
  }
  const { transferId, toOfficeId, reason, message } = transfer;
  return ofTransfer(
    await parts.client.requestTransfer(task.ticketId, {
      transferId,
      fromOfficeId: parts.officeId,
      toOfficeId,
      mode: "sync",
      reason: reason as "competence",
      message,
      withCall: true,
      call: { callId: task.callId, expiresAt: task.expiresAt },
    }),
  );
}

function ofTransfer(result: TupaResult<TupaTransfer>): ExchangeAttempt {
  if (!result.ok) return { kind: result.kind, reason: result.reason };
  const { status, targetLocalTicketId } = result.value;
  return { kind: "done", transfer: { status, targetLocalTicketId } };
}

function ofTicket(result: TupaResult<unknown>): ExchangeAttempt {
  return result.ok ? { kind: "done", transfer: null } : { kind: result.kind, reason: result.reason };
}
