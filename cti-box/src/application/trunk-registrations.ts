/** Keeps the office registered at the carriers that want it, and gives the registrations back when the box is closed. */
import { CarrierRounds } from "./carrier-rounds.ts";
import { afterRegister, unregistered } from "../domain/trunk/trunk-registration.ts";
import type { RegisterAnswer, TrunkRegistration } from "../domain/trunk/trunk-registration.ts";
import type { Clock, Log } from "./ports.ts";
import type { RegisterOrder, TrunkRegistrar } from "./trunk-ports.ts";

export type TrunkRegistrationsParts = { registrar: TrunkRegistrar; clock: Clock; log: Log };

export class TrunkRegistrations {
  private readonly registrar: TrunkRegistrar;
  private readonly rounds: CarrierRounds<RegisterOrder, RegisterAnswer, TrunkRegistration>;

  constructor({ registrar, clock, log }: TrunkRegistrationsParts) {
    this.registrar = registrar;
    this.rounds = new CarrierRounds<RegisterOrder, RegisterAnswer, TrunkRegistration>({
      clock,
      unknown: unregistered,
      ask: (order) => registrar.register(order),
      after: (before, { answer, atMs }) => {
        const { registration, againInMs } = afterRegister(before, answer, atMs);
        return { known: registration, againInMs };
      },
      turned: (trunkId, { state, lastStatus }) => {
        if (state === "registered") log.info({ trunkId }, "registered at the carrier");
        else log.warn({ trunkId, lastStatus }, "the carrier does not take our registration");
      },
    });
  }

  keep(orders: readonly RegisterOrder[]): void {
    for (const order of orders) this.rounds.begin(order);
  }

  /** Registers there no longer, and gives back what was registered. */
  giveUp(trunkId: string): void {
    const given = this.rounds.end(trunkId);
    // Also where the answer to the last one is still awaited.
    if (given !== null && given.known.state !== "failed") void this.giveBack(given.order);
  }

  /** Null: a trunk without registration. */
  of(trunkId: string): TrunkRegistration | null {
    return this.rounds.knownOf(trunkId);
  }

  /** Registers at once where the carrier refused or kept silent until now. */
  again(trunkId: string): void {
    if (this.of(trunkId)?.state === "failed") this.rounds.again(trunkId);
  }

  /** Resolves when the carriers know, or do not answer. */
  async close(): Promise<void> {
    const registered = this.rounds.close().filter(({ known }) => known.state === "registered");
    await Promise.all(registered.map(({ order }) => this.giveBack(order)));
  }

  private giveBack(order: RegisterOrder): Promise<RegisterAnswer> {
    return this.registrar.register({ ...order, expiresSeconds: 0 });
  }
}
