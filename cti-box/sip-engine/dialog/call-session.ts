/** The session timer of one call at work: the machine of `session-timer.ts` with its one timer, and what a refresh has to carry. Owned by the dialog. */
import type { SipMessage } from "../message/sip-message.ts";
import { allowsUpdate } from "./session-agreement.ts";
import {
  applySessionEvent,
  type Agreement,
  type RefreshMethod,
  type SessionEvent,
  type SessionTimer,
} from "./session-timer.ts";

export type CallSessionOrder = {
  /** Milliseconds of a second of the session; 1,000 but in tests. */
  secondMs: number;
  /** Another INVITE is under way in the dialog. */
  isBusy: () => boolean;
  sendRefresh: (refresh: { seconds: number; method: RefreshMethod }) => void;
  /** The session is over: BYE. */
  endCall: () => void;
};

export type Refusal = Omit<Extract<SessionEvent, { type: "refused" }>, "type" | "pauseMs">;

/** More requests of the application than that do not wait for the end of a refresh. */
const largestHeld = 16;

export class CallSession {
  /** The last session description of ours that holds, with its type; null: none was seen since the timer began. */
  localDescription: { type: string; body: Buffer } | null = null;
  readonly #order: CallSessionOrder;
  #timer: SessionTimer = { kind: "off" };
  #running: NodeJS.Timeout | null = null;
  #peerAllowsUpdate = false;
  #held: (() => void)[] = [];

  constructor(order: CallSessionOrder) {
    this.#order = order;
  }

  /** What holds now; null: no timer. */
  get agreement(): Agreement | null {
    return this.#timer.kind === "off" || this.#timer.kind === "over" ? null : this.#timer.agreement;
  }

  /** A refresh of the engine's waits for its answer. */
  get isRefreshing(): boolean {
    return this.#timer.kind === "refreshing";
  }

  /** Does it once the refresh is over, in the order of the calls. False: too many wait already. */
  holdBack(command: () => void): boolean {
    return this.#held.length < largestHeld && this.#held.push(command) > 0;
  }

  /** What a message of the peer's says about UPDATE, and one of ours about the session. */
  learn({ theirs, ours }: { theirs?: SipMessage; ours?: SipMessage }): void {
    this.#peerAllowsUpdate = (theirs && allowsUpdate(theirs.headers)) ?? this.#peerAllowsUpdate;
    if (ours === undefined || ours.body.length === 0) return;
    this.localDescription = {
      type: ours.headers.first("content-type") ?? "application/sdp",
      // A slice of a shared buffer would keep all of that buffer alive.
      body: Buffer.from(ours.body),
    };
  }

  agree(agreement: Agreement, by: "refresh" | "other"): void {
    this.#apply({ type: "agreed", agreement, by, jitter: Math.random() * 2 - 1 });
  }

  drop(): void {
    this.#apply({ type: "dropped" });
  }

  /** `owns`: whoever made the dialog waits longer after a 491 than the other side (RFC 3261 §14.1). */
  refused(refusal: Refusal, owns: "call-id" | "nothing"): void {
    const seconds = owns === "call-id" ? 2.1 + Math.random() * 1.9 : Math.random() * 2;
    this.#apply({ type: "refused", ...refusal, pauseMs: Math.round(seconds * this.#order.secondMs) });
  }

  /** The dialog is over. */
  close(): void {
    this.#apply({ type: "dialog-ended" });
  }

  #apply(event: SessionEvent): void {
    const { secondMs } = this.#order;
    const step = applySessionEvent(this.#timer, event, { nowMs: performance.now(), secondMs });
    this.#timer = step.timer;
    for (const effect of step.effects) {
      if (effect.type === "set-timer") this.#start(effect.afterMs);
      else if (effect.type === "stop-timer") this.#stop();
      else if (effect.type === "send-refresh") this.#order.sendRefresh(effect);
      else this.#order.endCall();
    }
    if (!this.isRefreshing && this.#held.length > 0) this.#release();
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    // Not in the middle of what ended the refresh: a command may end the dialog, or find it ended.
    queueMicrotask(() => {
      for (const command of held) command();
    });
  }

  #start(afterMs: number): void {
    this.#stop();
    const fire = (): void => {
      this.#running = null;
      // An UPDATE without offer disturbs no media; where there is nothing to offer it is the only way (RFC 4028 §7.4).
      const method = this.#peerAllowsUpdate || this.localDescription === null ? "UPDATE" : "INVITE";
      this.#apply({ type: "timer", isBusy: this.#order.isBusy(), method });
    };
    this.#running = setTimeout(fire, afterMs);
  }

  #stop(): void {
    if (this.#running !== null) clearTimeout(this.#running);
    this.#running = null;
  }
}
