/**
 * Delivery to the target's bridge, and the deadlines (contract §6.5): at once when a transfer is requested, again with growing pauses while the target
 * does not answer, until the time for an answer is over. The target recognises a repetition by the transfer's id.
 */
import { retryPauseMs } from "../../application/retry-pause.ts";
import { deliveryAnswerSchema, type TupaTransfer } from "../contract/objects.ts";
import type { TokenSource } from "../contract/office-tokens.ts";
import type { HubOperations } from "./hub-operations.ts";
import type { HubStore } from "./hub-store.ts";

export type Target = { officeId: string; endpoint: string };

/** Whole time for the target's answer (contract §6.5). */
const deliveryDeadlineMs = 5_000;
const pauses = { firstMs: 500, longestMs: 15_000 };

export type DeliveryOutcome = "delivered" | "failed" | "not-yet";

export class Deliveries {
  readonly #parts: {
    store: HubStore;
    operations: HubOperations;
    targets: ReadonlyMap<string, Target>;
    token: TokenSource;
  };
  readonly #running = new Map<string, Promise<DeliveryOutcome>>();
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  #sweeper: NodeJS.Timeout | null = null;
  #state: "open" | "closed" = "open";

  constructor(parts: {
    store: HubStore;
    operations: HubOperations;
    targets: ReadonlyMap<string, Target>;
    token: TokenSource;
  }) {
    this.#parts = parts;
  }

  /** Takes up what was under way when the hub stopped, and watches the deadlines. */
  start(): void {
    for (const transfer of this.#parts.store.openTransfers())
      if (transfer.status === "requested") void this.deliver(transfer.transferId);
    this.#sweeper = setInterval(() => this.#expire(), 1_000);
  }

  /** One delivery at a time per transfer; a second caller waits for the same one. */
  deliver(transferId: string, failures = 0): Promise<DeliveryOutcome> {
    const running = this.#running.get(transferId);
    if (running) return running;
    const attempt = this.#attempt(transferId).finally(() => this.#running.delete(transferId));
    this.#running.set(transferId, attempt);
    void attempt.then((outcome) => {
      if (outcome === "not-yet" && this.#state === "open") this.#again(transferId, failures);
    });
    return attempt;
  }

  async close(): Promise<void> {
    this.#state = "closed";
    if (this.#sweeper) clearInterval(this.#sweeper);
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    await Promise.allSettled(this.#running.values());
  }

  #again(transferId: string, failures: number): void {
    clearTimeout(this.#waiting.get(transferId));
    const timer = setTimeout(
      () => {
        this.#waiting.delete(transferId);
        void this.deliver(transferId, failures + 1);
      },
      retryPauseMs(pauses, failures, Math.random()),
    );
    this.#waiting.set(transferId, timer);
  }

  async #attempt(transferId: string): Promise<DeliveryOutcome> {
    const { store, operations, targets } = this.#parts;
    const transfer = store.transfer(transferId);
    if (transfer === null || transfer.status !== "requested") return "delivered";
    const target = targets.get(transfer.toOfficeId);
    const ticket = store.ticket(transfer.ticketId);
    if (target === undefined || ticket === null) return "failed";
    const answer = await this.#post(target, { transfer, ticket, events: store.history(ticket.ticketId) });
    if (this.#state === "closed") return "not-yet";
    if (answer.kind === "unavailable") return "not-yet";
    if (answer.kind === "refused") {
      operations.end(transferId, "failed", answer.detail);
      return "failed";
    }
    // Withdrawn or expired while the target answered: the target learns it from its feed.
    return operations.delivered(transferId, answer.targetLocalTicketId).ok ? "delivered" : "failed";
  }

  async #post(
    target: Target,
    body: object,
  ): Promise<
    { kind: "taken"; targetLocalTicketId: string } | { kind: "refused"; detail: string } | { kind: "unavailable" }
  > {
    try {
      const response = await fetch(`${target.endpoint}/tupa-callbacks/transfers`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${await this.#parts.token(target.officeId)}`,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(deliveryDeadlineMs),
        redirect: "error",
      });
      if (response.ok) return { kind: "taken", ...deliveryAnswerSchema.parse(await response.json()) };
      await response.body?.cancel();
      const isFinal = response.status === 409 || response.status === 422;
      return isFinal ? { kind: "refused", detail: `target answered ${response.status}` } : { kind: "unavailable" };
    } catch {
      return { kind: "unavailable" };
    }
  }

  #expire(): void {
    const now = new Date().toISOString();
    const isLate = (transfer: TupaTransfer): boolean => transfer.respondBy < now;
    for (const transfer of this.#parts.store.openTransfers().filter(isLate)) {
      this.#parts.operations.end(transfer.transferId, "expired", "no answer in time");
    }
  }
}
