/** What the operators want done with calls of colleagues: read at the start, kept when changed, told to the room and to their pages. */
import { plainHandling } from "../domain/operator/call-handling.ts";
import type { CallHandling, ForwardTarget } from "../domain/operator/call-handling.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import type { Office } from "./office-settings.ts";
import type { HandlingStore } from "./handling-store.ts";
import type { Log } from "./ports.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { CallHandlingDesk, HandlingResult } from "./use-cases.ts";

export type CallHandlingsParts = {
  office: Pick<Office, "operators" | "queues">;
  room: Pick<OperatorRoom, "setDisturbance">;
  store: HandlingStore;
  log: Log;
};

export class CallHandlings implements CallHandlingDesk {
  private readonly parts: CallHandlingsParts;
  private readonly handlings = new Map<OperatorId, CallHandling>();
  private readonly listeners = new Set<(operatorId: OperatorId, handling: CallHandling) => void>();
  /** One write after the other, so that the last one stays. */
  private writing: Promise<void> = Promise.resolve();

  constructor(parts: CallHandlingsParts) {
    this.parts = parts;
  }

  /** Operators and queues that are not in the configuration any more are passed over. */
  async load(): Promise<void> {
    for (const [operatorId, handling] of await this.parts.store.load()) {
      if (this.parts.office.operators.has(operatorId))
        this.apply(operatorId, this.withKnownTargets(operatorId, handling));
    }
  }

  handlingOf(operatorId: OperatorId): CallHandling {
    return this.handlings.get(operatorId) ?? plainHandling;
  }

  list(): { operatorId: OperatorId; handling: CallHandling }[] {
    return [...this.parts.office.operators.keys()].map((operatorId) => ({
      operatorId,
      handling: this.handlingOf(operatorId),
    }));
  }

  async set(operatorId: OperatorId, handling: CallHandling, changedBy: string): Promise<HandlingResult> {
    if (!this.parts.office.operators.has(operatorId)) return { ok: false, reason: "unknown-operator" };
    for (const target of targetsOf(handling)) {
      const reason = this.refusalOf(operatorId, target);
      if (reason !== null) return { ok: false, reason };
    }
    const all = new Map([...this.handlings, [operatorId, handling]]);
    const written = this.writing.then(() => this.parts.store.save(all));
    this.writing = written.catch(() => undefined);
    this.apply(operatorId, handling);
    await written;
    this.parts.log.info({ operatorId, changedBy, ...handling }, "call handling of an operator was changed");
    return { ok: true };
  }

  onHandling(listener: (operatorId: OperatorId, handling: CallHandling) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private apply(operatorId: OperatorId, handling: CallHandling): void {
    this.handlings.set(operatorId, handling);
    this.parts.room.setDisturbance(operatorId, handling.doNotDisturb ? "none" : "any");
    for (const listener of this.listeners) listener(operatorId, handling);
  }

  private refusalOf(operatorId: OperatorId, target: ForwardTarget): "unknown-target" | "target-not-allowed" | null {
    const { operators, queues } = this.parts.office;
    if (target.kind === "queue") return queues.has(target.queueId) ? null : "unknown-target";
    if (target.operatorId === operatorId) return "target-not-allowed";
    return operators.has(target.operatorId) ? null : "unknown-target";
  }

  private withKnownTargets(operatorId: OperatorId, { always, busy, noAnswer, ...rest }: CallHandling): CallHandling {
    const known = (target: ForwardTarget | null): ForwardTarget | null =>
      target === null || this.refusalOf(operatorId, target) !== null ? null : target;
    const isKnown = noAnswer !== null && known(noAnswer.target) !== null;
    return { ...rest, always: known(always), busy: known(busy), noAnswer: isKnown ? noAnswer : null };
  }
}

function targetsOf({ always, busy, noAnswer }: CallHandling): ForwardTarget[] {
  return [always, busy, noAnswer?.target ?? null].filter((target) => target !== null);
}
