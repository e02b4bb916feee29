/** The exchange with other offices: work off the outbox towards the hub, take in what the hub delivers and tells. */
import { pendingTransfer, written, type Ticket, type TransferStatus } from "../domain/ticket.ts";
import { staysThere, ticketStays, transferMoved } from "../domain/ticket-transfer.ts";
import { retryPauseMs } from "./retry-pause.ts";
import { acceptIfOffered, decidePop, type Said } from "./follow-call.ts";
import { stampOf, type BridgeParts, type ExchangeTask, type QueuedTask } from "./ports.ts";
import { askTicketBack } from "./take-back-ticket.ts";

/** Result of one attempt, as the exchange adapter gives it. `transfer` where the hub told its state. */
export type ExchangeAttempt =
  | { kind: "done"; transfer: { status: TransferStatus; targetLocalTicketId: string | null } | null }
  | { kind: "refused"; reason: string }
  | { kind: "unavailable"; reason: string };

const pauses = { firstMs: 300, longestMs: 15_000 };

/** What an attempt means: progress, a final no, or later again. One store transaction. */
export function settleAttempt(parts: BridgeParts, queued: QueuedTask<ExchangeTask>, attempt: ExchangeAttempt): Said {
  const { store, log } = parts;
  const { task, taskId } = queued;
  // Taken back while the attempt was under way.
  if (!store.hasTask(taskId)) return [];
  if (attempt.kind === "unavailable") {
    store.taskLater(taskId, parts.now() + retryPauseMs(pauses, queued.attempts, parts.random()));
    if (queued.attempts === 0)
      log.warn({ task: task.kind, reason: attempt.reason }, "the ticket exchange does not answer; trying again");
    return [];
  }
  if (attempt.kind === "refused" && task.kind === "return" && isEndingUnknown(parts, task.transferId)) {
    store.taskLater(taskId, parts.now() + retryPauseMs(pauses, queued.attempts, parts.random()));
    return [];
  }
  store.taskDone(taskId);
  if (attempt.kind === "refused") {
    log.warn({ task: task.kind, reason: attempt.reason }, "the ticket exchange refused");
    if (task.kind === "return") return stays(parts, task.transferId);
    if (task.kind === "withdraw" && attempt.reason === "already-decided")
      return askTicketBack(parts, { ...task, lane: queued.lane });
  }
  const transferId = "transferId" in task ? task.transferId : null;
  const status = attempt.kind === "done" ? attempt.transfer?.status : task.kind === "deliver" ? "failed" : undefined;
  if (transferId === null || status === undefined) return [];
  const targetLocalTicketId = attempt.kind === "done" ? (attempt.transfer?.targetLocalTicketId ?? null) : null;
  return moveTransfer(parts, transferId, { status, targetLocalTicketId, refusalReason: null, takeNow: true });
}

/** The hub has decided, but its feed has not told yet how: what its refusal means is seen behind that. */
function isEndingUnknown({ store }: BridgeParts, transferId: string): boolean {
  const ticket = store.ticketOfTransfer(transferId);
  return ticket !== null && pendingTransfer(ticket)?.transferId === transferId;
}

/** The citizen is here again, the ticket is not coming: the operator is told, and the office's CRM. */
function stays(parts: BridgeParts, transferId: string): Said {
  const ticket = parts.store.ticketOfTransfer(transferId);
  if (ticket === null) return [];
  const marked = ticketStays(ticket, transferId, stampOf(parts, { role: "system", operatorRef: null }));
  if (marked === ticket) return [];
  parts.store.putTicket(marked);
  commentOnTransfer(parts, marked, transferId);
  return [...tellTransfer(parts, marked, { transferId, holder: null }), ...popAgain(parts, marked)];
}

type Move = {
  status: TransferStatus;
  targetLocalTicketId: string | null;
  refusalReason: string | null;
  takeNow: boolean;
};

/** The hub's word on a transfer, whichever way it came: answer to our request, or its feed. */
export function moveTransfer(parts: BridgeParts, transferId: string, move: Move): Said {
  const { store } = parts;
  const { status } = move;
  const word = store.transferWord(transferId);
  const isOver = status !== "pending" && status !== "requested" && status !== "delivered";
  // Kept for a delivery that is still being written into the CRM while its ending is known already.
  const refusalReason = move.refusalReason ?? (status === "accepted" ? null : word.cause);
  if (isOver) store.putTransferWord(transferId, { ...word, ending: { status, refusalReason } });
  const ticket = store.ticketOfTransfer(transferId);
  if (ticket === null) return [];
  const assignee = store.callOfTransfer(transferId)?.operatorLogin ?? word.answeredBy;
  const stamp = stampOf(parts, { role: "system", operatorRef: null });
  const moved = transferMoved(
    ticket,
    { transferId, ...move, refusalReason, ourOfficeId: parts.officeId, assignee },
    stamp,
  );
  if (moved === ticket) return [];
  store.putTicket(moved);
  commentOnTransfer(parts, moved, transferId);
  if (status !== "returned") return tellTransfer(parts, moved, { transferId, holder: null });
  return [...tellTransfer(parts, moved, { transferId, holder: ticket.assignee }), ...popAgain(parts, moved)];
}

/** Whoever has a call with this ticket gets its card anew: the ticket changed its office under it. */
function popAgain(parts: BridgeParts, { ticketId }: Ticket): Said {
  return parts.store.callsOfTicket(ticketId).flatMap((call) => {
    if (call.operatorLogin === null) return [];
    const pop = decidePop(parts, call, call.operatorLogin);
    return [() => parts.news.pop(pop)];
  });
}

/** In the CRM of the giving office stands where the ticket went, under which number; in the receiving one that it is theirs. */
function commentOnTransfer(parts: BridgeParts, ticket: Ticket, transferId: string): void {
  const transfer = ticket.transfers.find((each) => each.transferId === transferId);
  if (transfer === undefined || parts.connector.kind === "built-in") return;
  const isOut = transfer.fromOfficeId === parts.officeId;
  const number = transfer.targetLocalTicketId;
  const otherId = isOut ? transfer.toOfficeId : transfer.fromOfficeId;
  const label = parts.officeLabels.get(otherId);
  const other = label === undefined ? `ufficio ${otherId}` : `«${label}» (${otherId})`;
  const words: Partial<Record<TransferStatus, string>> = isOut
    ? {
        delivered: `Trasferito a ${other}, che lo ha registrato con il numero ${number}.`,
        accepted: `Preso in carico da ${other} con il numero ${number}.`,
        refused: `${other} ha rifiutato il trasferimento (${transfer.refusalReason ?? "altro"}).`,
        expired: `${other} non ha risposto in tempo: il ticket resta qui.`,
        returned: `La chiamata con ${other} non è riuscita: il cittadino è di nuovo qui, e il ticket con lui.`,
      }
    : {
        accepted: `Ricevuto da ${other} e preso in carico qui.`,
        returned: `Il cittadino è di nuovo con ${other}, e il ticket è tornato là.`,
      };
  const text =
    transfer.refusalReason === staysThere
      ? `Il cittadino è di nuovo qui, ma il ticket resta a ${other}: là il lavoro è già andato avanti.`
      : words[transfer.status];
  if (text !== undefined)
    parts.store.queueCrm(ticket.localTicketId, { kind: "comment", localTicketId: ticket.localTicketId, text });
}

/** `holder`: who worked on the ticket here until it left with a return. */
function tellTransfer(
  parts: BridgeParts,
  ticket: Ticket,
  { transferId, holder }: { transferId: string; holder: string | null },
): Said {
  const requester = ticket.events.findLast(
    (line) => line.type === "transfer_requested" && line.actor.officeId === parts.officeId,
  )?.actor.operatorRef;
  const talking = parts.store.callOfTransfer(transferId)?.operatorLogin ?? null;
  const told = new Set([requester, talking, holder].filter((login) => login !== null && login !== undefined));
  return [...told].flatMap((login) => [
    () => parts.news.handOver(login, ticket, transferId),
    () => parts.news.ticket(login, ticket),
  ]);
}

/** A delivered ticket as the exchange adapter reads it from the contract. */
export type ReceivedTicket = {
  ticket: Ticket;
  transferId: string;
  fromOfficeId: string;
};

/** Stores a delivered ticket and, when its call is here already, shows it. The same delivery again changes nothing. */
export function receiveTicket(parts: BridgeParts, received: ReceivedTicket): { said: Said; localTicketId: string } {
  const { store } = parts;
  const { transferId } = received;
  const known = store.ticketOfTransfer(transferId);
  if (known !== null) return { said: [], localTicketId: known.localTicketId };
  const before = store.ticket(received.ticket.ticketId);
  const ticket = before === null ? received.ticket : receivedAgain(before, received.ticket, parts.officeId);
  const stamp = stampOf(parts, { role: "system", operatorRef: null, officeId: received.fromOfficeId });
  const stored = written(ticket, stamp, {
    type: "transfer_delivered",
    text: received.ticket.transfers.at(-1)?.message || null,
  });
  store.putTicket(stored);
  return { said: [...overtaken(parts, transferId), ...shown(parts, transferId)], localTicketId: stored.localTicketId };
}

/** What was heard of the transfer before its ticket was here. */
function overtaken(parts: BridgeParts, transferId: string): Said {
  const { ending, answeredBy } = parts.store.transferWord(transferId);
  if (ending !== null) return moveTransfer(parts, transferId, { ...ending, targetLocalTicketId: null, takeNow: true });
  if (answeredBy !== null) acceptIfOffered(parts, transferId, answeredBy);
  return [() => parts.wake()];
}

/** The call is here before its ticket: the operator's pending card becomes the ticket. */
function shown(parts: BridgeParts, transferId: string): Said {
  const call = parts.store.callOfTransfer(transferId);
  if (call === null || call.operatorLogin === null) return [];
  const pop = decidePop(parts, call, call.operatorLogin);
  return [() => parts.news.pop(pop)];
}

/** A ticket that this office had before comes back: same ticket, same number here, as the others left it, one more transfer. */
function receivedAgain(before: Ticket, now: Ticket, ourOfficeId: string): Ticket {
  const { ownerOfficeId, watchers, status, outcome, closedAt } = now;
  const known = new Set(before.events.map((line) => line.eventId));
  const missed = now.events.filter(
    (line) =>
      // Journeys are told by the transfers; our own lines are here already, under our own ids.
      !known.has(line.eventId) &&
      line.actor.officeId !== ourOfficeId &&
      line.type !== "created" &&
      !line.type.startsWith("transfer_"),
  );
  const events = [...before.events, ...missed].map((line, index) => ({ ...line, seq: index + 1 }));
  const transfers = [...before.transfers, ...now.transfers];
  return { ...before, ourRole: "offered", ownerOfficeId, watchers, status, outcome, closedAt, events, transfers };
}

/** One line of the hub's feed, as the exchange adapter reads it. */
export type HubNews = {
  cursor: number;
  eventId: string;
  ticketId: string;
  type: string;
  officeId: string;
  text: string | null;
  status: Ticket["status"];
  outcome: Ticket["outcome"];
  closedAt: string | null;
  transfer: ({ transferId: string } & Move) | null;
};

/** What another office or the hub did. Our own operations come back here too and are known already. */
export function hearHub(parts: BridgeParts, news: HubNews): Said {
  const { store } = parts;
  store.setCursor("hub", news.cursor);
  if (news.transfer !== null) return moveTransfer(parts, news.transfer.transferId, news.transfer);
  if (news.officeId === parts.officeId) return [];
  const ticket = store.ticket(news.ticketId);
  if (ticket === null) return [];
  if (ticket.events.some((line) => line.eventId === news.eventId)) return [];
  const { status, outcome, closedAt } = news;
  const stamp = {
    ...stampOf(parts, { role: "system", operatorRef: null, officeId: news.officeId }),
    eventId: news.eventId,
  };
  // The owner's own state is ahead of the hub's; only who looks on takes it from there.
  const followed = ticket.ourRole === "owner" ? ticket : { ...ticket, status, outcome, closedAt };
  const next = written(followed, stamp, { type: news.type, text: news.text });
  store.putTicket(next);
  return store
    .callsOfTicket(ticket.ticketId)
    .flatMap((call) => (call.operatorLogin === null ? [] : [() => parts.news.ticket(call.operatorLogin ?? "", next)]));
}
