/** Who listens to the calls of the office: programs to public events, pages to the cards of their operator, the box's own parts to every step. */
import type { Call } from "../domain/call/call.ts";
import type { CallView, PublicCallEvent } from "../domain/call/call-view.ts";
import type { CallId, OperatorId } from "../domain/call/ids.ts";
import type { Log } from "./ports.ts";

export class CallAudience {
  private readonly log: Log;
  private readonly eventListeners = new Set<(event: PublicCallEvent) => void>();
  private readonly cardListeners = new Set<(operatorId: OperatorId, view: CallView) => void>();

  private readonly stepListeners = new Set<(call: Call) => void>();

  constructor(log: Log) {
    this.log = log;
  }

  onEvent(listener: (event: PublicCallEvent) => void): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  onCard(listener: (operatorId: OperatorId, view: CallView) => void): () => void {
    this.cardListeners.add(listener);
    return () => this.cardListeners.delete(listener);
  }

  onStep(listener: (call: Call) => void): void {
    this.stepListeners.add(listener);
  }

  tellStep(call: Call): void {
    for (const listener of this.stepListeners) guarded(this.log, call.callId, () => listener(call));
  }

  tellEvents(events: readonly PublicCallEvent[]): void {
    for (const event of events) {
      for (const listener of this.eventListeners) guarded(this.log, event.call.callId, () => listener(event));
    }
  }

  tellCards(cards: readonly { operatorId: OperatorId; card: CallView }[], callId: CallId): void {
    for (const { operatorId, card } of cards) {
      for (const listener of this.cardListeners) guarded(this.log, callId, () => listener(operatorId, card));
    }
  }

  close(): void {
    this.eventListeners.clear();
    this.cardListeners.clear();
    this.stepListeners.clear();
  }
}

/** A fault of a listener or an adapter is logged and never stops the call. */
export function guarded(log: Log, callId: CallId, work: () => void): void {
  try {
    work();
  } catch (error) {
    log.error({ callId, error: error instanceof Error ? error.stack : String(error) }, "fault in a call");
  }
}
