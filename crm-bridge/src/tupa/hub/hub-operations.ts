/** Operations of the hub on stored tickets: each reads, decides by the contract's machines, writes ticket, transfer and history together. */
import {
  accept,
  changeStatus,
  closeTicket,
  delivered,
  endTransfer,
  giveBack,
  refreshed,
  reopenTicket,
  requestTransfer,
  type Decision,
  type Refusal,
} from "../contract/machines.ts";
import type {
  Acceptance,
  Closure,
  Reopening,
  Return,
  TicketRegistration,
  TicketUpdate,
  TransferRequest,
  TupaTicket,
  TupaTransfer,
  Withdrawal,
} from "../contract/objects.ts";
import { lineAfter, type Line } from "./history-line.ts";
import type { HubStore } from "./hub-store.ts";

export type Outcome<T> =
  | { ok: true; value: T }
  | { ok: false; refusal: Refusal | "not-found" | "unknown-office" | "idempotency-mismatch" };
type Pair = { ticket: TupaTicket; transfer: TupaTransfer };

/**
 * How long a target may think about a transfer: two working days, counted simply. With a call too: whether it was answered only the two boxes know, and
 * a hub or bridge that was away meanwhile must not take the ticket from who has the citizen. The giving office withdraws when its call came back.
 */
const decisionTimeMs = 2 * 24 * 3_600_000;

const notFound = { ok: false, refusal: "not-found" } as const;

export class HubOperations {
  readonly #store: HubStore;
  readonly #offices: ReadonlySet<string>;
  readonly #changed: () => void;

  constructor(store: HubStore, offices: ReadonlySet<string>, changed: () => void) {
    this.#store = store;
    this.#offices = offices;
    this.#changed = changed;
  }

  /** Registers a shared ticket; the same ticket again is no error. */
  register(officeId: string, registration: TicketRegistration): Outcome<{ ticket: TupaTicket; isNew: boolean }> {
    return this.#store.atomically(() => {
      const known = this.#store.ticket(registration.ticketId);
      if (known !== null) {
        if (!this.#store.isParty(known.ticketId, officeId)) return notFound;
        const next = refreshed(known, { officeId, told: registration });
        const ticket = next === null ? known : this.#write(next, null, { type: "classified", officeId });
        return { ok: true, value: { ticket, isNew: false } };
      }
      if (registration.origin.officeId !== officeId) return { ok: false, refusal: "not-allowed" };
      const now = new Date().toISOString();
      const ticket: TupaTicket = {
        ...registration,
        owner: { officeId, localTicketId: registration.origin.localTicketId },
        watchers: [],
        outcome: null,
        pendingTransferId: null,
        hops: 0,
        createdAt: now,
        updatedAt: now,
        closedAt: null,
        version: 0,
      };
      return { ok: true, value: { ticket: this.#write(ticket, null, { type: "created", officeId }), isNew: true } };
    });
  }

  requestTransfer(officeId: string, ticketId: string, request: TransferRequest): Outcome<Pair> {
    return this.#store.atomically(() => {
      const ticket = this.#visible(ticketId, officeId);
      if (ticket === null) return notFound;
      if (request.fromOfficeId !== officeId) return { ok: false, refusal: "not-allowed" };
      const known = this.#store.transfer(request.transferId);
      if (known !== null)
        return known.ticketId === ticketId && known.fromOfficeId === officeId
          ? { ok: true, value: { ticket, transfer: known } }
          : notFound;
      if (!this.#offices.has(request.toOfficeId)) return { ok: false, refusal: "unknown-office" };
      const now = new Date();
      const decision = requestTransfer(ticket, request, {
        now: now.toISOString(),
        respondBy: new Date(now.getTime() + decisionTimeMs).toISOString(),
      });
      const data = {
        transferId: request.transferId,
        toOfficeId: request.toOfficeId,
        reason: request.reason,
        message: request.message,
      };
      return this.#settle(decision, { type: "transfer_requested", officeId, data });
    });
  }

  delivered(transferId: string, targetLocalTicketId: string): Outcome<Pair> {
    return this.#onTransfer(transferId, (pair) => ({
      decision: delivered(pair, targetLocalTicketId),
      line: {
        type: "transfer_delivered",
        officeId: pair.transfer.toOfficeId,
        data: { transferId, targetLocalTicketId },
      },
    }));
  }

  accept(officeId: string, transferId: string, acceptance: Acceptance): Outcome<Pair> {
    return this.#onTransfer(transferId, (pair) => {
      if (!this.#store.isParty(pair.ticket.ticketId, officeId)) return null;
      const already = pair.transfer.status === "accepted" && pair.transfer.toOfficeId === officeId;
      if (already) return { decision: { ok: true, value: pair }, line: null };
      const { targetLocalTicketId, operatorRef, takeNow } = acceptance;
      return {
        decision: accept(pair, { officeId, targetLocalTicketId, takeNow }),
        line: { type: "transfer_accepted", officeId, operatorRef, data: { transferId, targetLocalTicketId } },
      };
    });
  }

  refuse(
    officeId: string,
    transferId: string,
    refusal: { refusalReason: TupaTransfer["refusalReason"]; message: string },
  ): Outcome<Pair> {
    return this.#onTransfer(transferId, (pair) => {
      if (!this.#store.isParty(pair.ticket.ticketId, officeId)) return null;
      if (pair.transfer.toOfficeId !== officeId) return { decision: { ok: false, refusal: "not-allowed" }, line: null };
      if (pair.transfer.status === "refused") return { decision: { ok: true, value: pair }, line: null };
      const { refusalReason, message } = refusal;
      return {
        decision: endTransfer(pair, { status: "refused", refusalReason }),
        line: { type: "transfer_refused", officeId, data: { transferId, refusalReason, message } },
      };
    });
  }

  /** The source takes its offer back; nobody answered the call in time counts as expired. */
  withdraw(officeId: string, transferId: string, withdrawal: Withdrawal): Outcome<Pair> {
    const status = withdrawal.reason === "no_answer" ? "expired" : "withdrawn";
    return this.#onTransfer(transferId, (pair) => {
      if (!this.#store.isParty(pair.ticket.ticketId, officeId)) return null;
      if (pair.transfer.fromOfficeId !== officeId)
        return { decision: { ok: false, refusal: "not-allowed" }, line: null };
      if (pair.transfer.status === status) return { decision: { ok: true, value: pair }, line: null };
      const type = status === "expired" ? "transfer_expired" : "transfer_withdrawn";
      return {
        decision: endTransfer(pair, { status }),
        line: { type, officeId, data: { transferId, reason: withdrawal.reason } },
      };
    });
  }

  /** The source has the call of an accepted transfer again. */
  giveBack(officeId: string, transferId: string, { reason }: Return): Outcome<Pair> {
    return this.#onTransfer(transferId, (pair) => {
      const { ticket, transfer } = pair;
      const before = this.#store.ticketAtRequest(transferId);
      if (before === null || !this.#store.isParty(ticket.ticketId, officeId)) return null;
      if (transfer.fromOfficeId !== officeId) return { decision: { ok: false, refusal: "not-allowed" }, line: null };
      if (transfer.status === "returned") return { decision: { ok: true, value: pair }, line: null };
      const newestTransferId = this.#store.newestOwnerChange(ticket.ticketId);
      return {
        decision: giveBack(pair, { before, newestTransferId, nowMs: Date.now() }),
        line: { type: "transfer_returned", officeId, data: { transferId, reason } },
      };
    });
  }

  /** The hub's own endings: the target's machine refused, or the time for an answer is over. */
  end(transferId: string, status: "failed" | "expired", detail: string): Outcome<Pair> {
    return this.#onTransfer(transferId, (pair) => ({
      decision: endTransfer(pair, { status }),
      line: {
        type: status === "failed" ? "transfer_failed" : "transfer_expired",
        officeId: "hub",
        data: { transferId, detail },
      },
    }));
  }

  update(officeId: string, ticketId: string, update: TicketUpdate): Outcome<TupaTicket> {
    return this.#store.atomically(() => {
      const ticket = this.#visible(ticketId, officeId);
      if (ticket === null) return notFound;
      if (update.operation === "note") {
        // Who was only offered the ticket reads on, but has no more say in it.
        if (!this.#hasSay(ticket, officeId)) return { ok: false, refusal: "not-allowed" };
        return {
          ok: true,
          value: this.#write(ticket, null, { type: "note_added", officeId, data: { text: update.text } }),
        };
      }
      if (ticket.owner.officeId !== officeId) return { ok: false, refusal: "not-allowed" };
      const decision = changeStatus(ticket, update.operation);
      if (!decision.ok) return decision;
      const line: Line = { type: "status_changed", officeId, data: { from: ticket.status, to: decision.value.status } };
      return { ok: true, value: this.#write(decision.value, null, line) };
    });
  }

  closeTicket(officeId: string, ticketId: string, closure: Closure): Outcome<TupaTicket> {
    return this.#store.atomically(() => {
      const ticket = this.#visible(ticketId, officeId);
      if (ticket === null) return notFound;
      if (ticket.owner.officeId !== officeId) return { ok: false, refusal: "not-allowed" };
      const decision = closeTicket(ticket, closure, new Date().toISOString());
      if (!decision.ok) return decision;
      const line: Line = {
        type: "closed",
        officeId,
        data: { status: closure.status, outcome: closure.outcome, answer: closure.answer },
      };
      return { ok: true, value: this.#write(decision.value, null, line) };
    });
  }

  reopen(officeId: string, ticketId: string, reopening: Reopening): Outcome<TupaTicket> {
    return this.#store.atomically(() => {
      const ticket = this.#visible(ticketId, officeId);
      if (ticket === null) return notFound;
      if (ticket.owner.officeId !== officeId) return { ok: false, refusal: "not-allowed" };
      const decision = reopenTicket(ticket, Date.now());
      if (!decision.ok) return decision;
      return {
        ok: true,
        value: this.#write(decision.value, null, { type: "reopened", officeId, data: { text: reopening.reason } }),
      };
    });
  }

  #hasSay(ticket: TupaTicket, officeId: string): boolean {
    if (ticket.owner.officeId === officeId || ticket.watchers.includes(officeId)) return true;
    const pending = ticket.pendingTransferId === null ? null : this.#store.transfer(ticket.pendingTransferId);
    return pending?.toOfficeId === officeId;
  }

  #visible(ticketId: string, officeId: string): TupaTicket | null {
    return this.#store.isParty(ticketId, officeId) ? this.#store.ticket(ticketId) : null;
  }

  #onTransfer(
    transferId: string,
    decide: (pair: Pair) => { decision: Decision<Pair>; line: Line | null } | null,
  ): Outcome<Pair> {
    return this.#store.atomically(() => {
      const transfer = this.#store.transfer(transferId);
      const ticket = transfer === null ? null : this.#store.ticket(transfer.ticketId);
      if (transfer === null || ticket === null) return notFound;
      const decided = decide({ ticket, transfer });
      return decided === null ? notFound : this.#settle(decided.decision, decided.line);
    });
  }

  #settle(decision: Decision<Pair>, line: Line | null): Outcome<Pair> {
    if (!decision.ok || line === null) return decision;
    const { transfer } = decision.value;
    const stamped = { ...transfer, updatedAt: new Date().toISOString() };
    this.#store.putTransfer(stamped);
    return { ok: true, value: { ticket: this.#write(decision.value.ticket, stamped, line), transfer: stamped } };
  }

  /** New version of the ticket and the line of its history that says why. */
  #write(ticket: TupaTicket, transfer: TupaTransfer | null, line: Line): TupaTicket {
    const now = new Date().toISOString();
    const next = { ...ticket, version: ticket.version + 1, updatedAt: now };
    this.#store.putTicket(next);
    const { ticketId } = ticket;
    const event = lineAfter(this.#store.lastEvent(ticketId), line, { ticketId, at: now });
    this.#store.appendEvent(event, next, transfer);
    this.#changed();
    return next;
  }
}
