/**
 * Whether the box lets new calls begin. Calls in progress go on in any case, with all that their operators do.
 *   open ─shut (the box is to stop)─▶ shut, until the last call is over or its time has come
 */
import type { Clock, Log } from "./ports.ts";
import type { StopNotices } from "./use-cases.ts";

/** `untilMs`: when the calls that are left are ended. */
type GateState = { kind: "open" } | { kind: "shut"; untilMs: number };

/** After the box is gone something has to come up again: who asks sooner is refused once more. */
const leastRetrySeconds = 5;

export class CallGate implements StopNotices {
  private readonly clock: Pick<Clock, "now">;
  private readonly log: Log;
  private readonly listeners = new Set<(untilMs: number) => void>();
  private gate: GateState = { kind: "open" };

  constructor({ clock, log }: { clock: Pick<Clock, "now">; log: Log }) {
    this.clock = clock;
    this.log = log;
  }

  get state(): GateState {
    return this.gate;
  }

  shut(untilMs: number): void {
    if (this.gate.kind === "shut") return;
    this.gate = { kind: "shut", untilMs };
    this.log.info({ untilMs }, "the box is to stop: no new calls");
    for (const listener of this.listeners) listener(untilMs);
  }

  stopsAtMs(): number | null {
    return this.gate.kind === "shut" ? this.gate.untilMs : null;
  }

  onStopping(listener: (untilMs: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** In whole seconds; null: new calls are let in. */
  retryAfterSeconds(): number | null {
    if (this.gate.kind === "open") return null;
    return Math.max(leastRetrySeconds, Math.ceil((this.gate.untilMs - this.clock.now()) / 1_000));
  }
}
