/**
 * The way back to a datagram source that has proved nothing: sends what its budget allows, and everything once the source has proved that it is there.
 */
import type { Flow, Listener } from "../transport/flow.ts";
import type { AnswerKind, ByteBudget } from "./byte-budget.ts";

export type Stranger = {
  readonly budget: ByteBudget;
  /** It is none any more. */
  isProven(): boolean;
  /** An answer was not sent. */
  withheld(): void;
};

export class LimitedFlow implements Flow {
  readonly protocol: Flow["protocol"];
  readonly stranger: Stranger;
  readonly #flow: Flow;
  #lastSent: Buffer | null = null;

  constructor(flow: Flow, stranger: Stranger) {
    this.#flow = flow;
    this.protocol = flow.protocol;
    this.stranger = stranger;
  }

  get listener(): Listener {
    return this.#flow.listener;
  }

  get advertised(): Flow["advertised"] {
    return this.#flow.advertised;
  }

  get remoteAddress(): string {
    return this.#flow.remoteAddress;
  }

  get remotePort(): number {
    return this.#flow.remotePort;
  }

  get id(): string {
    return this.#flow.id;
  }

  isOpen(): boolean {
    return this.#flow.isOpen();
  }

  towardsPort(port: number): Flow {
    return this.around(this.#flow.towardsPort(port));
  }

  /** The same budget on another way. */
  around(flow: Flow): LimitedFlow {
    return new LimitedFlow(flow, this.stranger);
  }

  /** The way without a limit: for what outlives the doubt. */
  get bare(): Flow {
    return this.#flow;
  }

  send(bytes: Buffer, failed?: (error: Error) => void): void {
    if (this.stranger.isProven() || this.stranger.budget.spend(bytes.length, this.#kindOf(bytes))) {
      this.#lastSent = bytes;
      this.#flow.send(bytes, failed);
    } else this.stranger.withheld();
  }

  /** By the status line; a request of ours counts like a final answer. */
  #kindOf(bytes: Buffer): AnswerKind {
    if (this.#lastSent?.equals(bytes) === true) return "repeat";
    if (bytes.toString("latin1", 0, 9) !== "SIP/2.0 1") return "final";
    return bytes.toString("latin1", 9, 11) === "00" ? "trying" : "provisional";
  }
}

/** The way itself, whatever stands around it. */
export function bareFlow(flow: Flow): Flow {
  return flow instanceof LimitedFlow ? flow.bare : flow;
}
