/** Keeps the office registered at the carriers that want it, and gives the registrations back when the box is closed. */
import { afterRegister, unregistered } from "../domain/trunk/trunk-registration.ts";
import type { TrunkRegistration } from "../domain/trunk/trunk-registration.ts";
import type { Clock, Log } from "./ports.ts";
import type { RegisterOrder, TrunkRegistrar } from "./trunk-ports.ts";

export type TrunkRegistrationsParts = { registrar: TrunkRegistrar; clock: Clock; log: Log };

type Kept = { order: RegisterOrder; registration: TrunkRegistration; stopTimer: () => void };

export class TrunkRegistrations {
  private readonly parts: TrunkRegistrationsParts;
  private readonly kept = new Map<string, Kept>();
  private state: "open" | "closed" = "open";

  constructor(parts: TrunkRegistrationsParts) {
    this.parts = parts;
  }

  keep(orders: readonly RegisterOrder[]): void {
    for (const order of orders) {
      this.kept.get(order.trunkId)?.stopTimer();
      const registration = unregistered(this.parts.clock.now());
      const kept = { order, registration, stopTimer: () => undefined };
      this.kept.set(order.trunkId, kept);
      void this.register(kept);
    }
  }

  /** Registers there no longer, and gives back what was registered. */
  giveUp(trunkId: string): void {
    const kept = this.kept.get(trunkId);
    if (kept === undefined) return;
    this.kept.delete(trunkId);
    kept.stopTimer();
    // Also where the answer to the last one is still awaited.
    if (kept.registration.state !== "failed") void this.parts.registrar.register({ ...kept.order, expiresSeconds: 0 });
  }

  /** Null: a trunk without registration. */
  of(trunkId: string): TrunkRegistration | null {
    return this.kept.get(trunkId)?.registration ?? null;
  }

  /** Registers at once where the carrier refused or kept silent until now. */
  again(trunkId: string): void {
    const kept = this.kept.get(trunkId);
    if (kept?.registration.state !== "failed") return;
    kept.stopTimer();
    void this.register(kept);
  }

  /** Resolves when the carriers know, or do not answer. */
  async close(): Promise<void> {
    this.state = "closed";
    const all = [...this.kept.values()];
    for (const { stopTimer } of all) stopTimer();
    const registered = all.filter(({ registration }) => registration.state === "registered");
    await Promise.all(registered.map(({ order }) => this.parts.registrar.register({ ...order, expiresSeconds: 0 })));
    this.kept.clear();
  }

  private async register(kept: Kept): Promise<void> {
    const { trunkId } = kept.order;
    const answer = await this.parts.registrar.register(kept.order);
    // Closed, or given up or replaced meanwhile.
    if (this.state === "closed" || this.kept.get(trunkId) !== kept) return;
    const before = kept.registration;
    const { registration, againInMs } = afterRegister(before, answer, this.parts.clock.now());
    kept.registration = registration;
    if (registration.state !== before.state) this.tell(trunkId, registration);
    kept.stopTimer = this.parts.clock.after(againInMs, () => void this.register(kept));
  }

  private tell(trunkId: string, { state, lastStatus }: TrunkRegistration): void {
    if (state === "registered") this.parts.log.info({ trunkId }, "registered at the carrier");
    else this.parts.log.warn({ trunkId, lastStatus }, "the carrier does not take our registration");
  }
}
