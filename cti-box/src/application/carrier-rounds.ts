/**
 * Asks each trunk's carrier something again and again, one question at a time, and keeps what is known of it. What is asked and what an answer means is the owner's.
 *   begun ─ask─▶ asking ─answer─▶ resting ─pause over, again─▶ asking …        ended, begun anew, closed: an answer that comes later is for nobody
 */
import type { Clock } from "./ports.ts";

export type CarrierQuestion<Order, Answer, Known> = {
  clock: Pick<Clock, "now" | "after">;
  /** Before the first answer. */
  unknown: (atMs: number) => Known;
  ask: (order: Order) => Promise<Answer>;
  /** What is known after an answer, and when to ask again. */
  after: (before: Known, answer: { answer: Answer; order: Order; atMs: number }) => { known: Known; againInMs: number };
  /** The carrier's state is another one now. */
  turned: (trunkId: string, known: Known) => void;
};

type Round<Order, Known> = {
  order: Order;
  known: Known;
  state: { kind: "asking" } | { kind: "resting"; stopTimer: () => void };
};

export class CarrierRounds<Order extends { trunkId: string }, Answer, Known extends { state: string }> {
  private readonly question: CarrierQuestion<Order, Answer, Known>;
  private readonly rounds = new Map<string, Round<Order, Known>>();

  constructor(question: CarrierQuestion<Order, Answer, Known>) {
    this.question = question;
  }

  /** Asks at once, and from then on. An earlier order for the same trunk is over. */
  begin(order: Order): void {
    this.end(order.trunkId);
    const known = this.question.unknown(this.question.clock.now());
    const round: Round<Order, Known> = { order, known, state: { kind: "asking" } };
    this.rounds.set(order.trunkId, round);
    void this.ask(round);
  }

  /** Asks at once instead of after the pause. An answer that is awaited is not asked for twice. */
  again(trunkId: string): void {
    const round = this.rounds.get(trunkId);
    if (round?.state.kind !== "resting") return;
    round.state.stopTimer();
    void this.ask(round);
  }

  /** Null: nothing was asked there. */
  end(trunkId: string): Pick<Round<Order, Known>, "order" | "known"> | null {
    const round = this.rounds.get(trunkId);
    if (round?.state.kind === "resting") round.state.stopTimer();
    this.rounds.delete(trunkId);
    return round ?? null;
  }

  knownOf(trunkId: string): Known | null {
    return this.rounds.get(trunkId)?.known ?? null;
  }

  /** Ends all of them, which are returned. */
  close(): Pick<Round<Order, Known>, "order" | "known">[] {
    const all = [...this.rounds.values()];
    for (const { order } of all) this.end(order.trunkId);
    return all;
  }

  private async ask(round: Round<Order, Known>): Promise<void> {
    const { clock, ask, after, turned } = this.question;
    const { order } = round;
    round.state = { kind: "asking" };
    const answer = await ask(order);
    if (this.rounds.get(order.trunkId) !== round) return;
    const before = round.known.state;
    const { known, againInMs } = after(round.known, { answer, order, atMs: clock.now() });
    round.known = known;
    if (known.state !== before) turned(order.trunkId, known);
    round.state = { kind: "resting", stopTimer: clock.after(againInMs, () => void this.ask(round)) };
  }
}
