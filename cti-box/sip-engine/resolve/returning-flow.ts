/**
 * The way back to a peer whose connection is gone before it was answered: a new connection is made to where its Via says (RFC 3261 §18.2.2, RFC 3263 §5), and
 * what is to be sent waits for it.
 *
 *   connecting ─ connected ─▶ open (the new connection speaks for itself)
 *        └────── nobody there ─▶ lost
 */
import type { Flow, Listener } from "../transport/flow.ts";
import type { Ways } from "./ways.ts";

type Waiting = { bytes: Buffer; failed: ((error: Error) => void) | undefined };
type State = { kind: "connecting"; waiting: Waiting[] } | { kind: "open"; flow: Flow } | { kind: "lost" };

/** Answers that wait at most: more than one transaction gives before its final one is unusual. */
const largestWaiting = 16;

export class ReturningFlow implements Flow {
  readonly protocol: Flow["protocol"];
  readonly listener: Listener;
  readonly #gone: Flow;
  #state: State = { kind: "connecting", waiting: [] };

  /** `gone` is the connection that was lost. */
  constructor(gone: Flow) {
    this.#gone = gone;
    this.protocol = gone.protocol;
    this.listener = gone.listener;
  }

  get #flow(): Flow {
    return this.#state.kind === "open" ? this.#state.flow : this.#gone;
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
    return this.#state.kind === "open" ? this.#state.flow.id : `returning:${this.#gone.id}`;
  }

  /** Also while it is being connected: what is sent then will leave. */
  isOpen(): boolean {
    if (this.#state.kind === "open") return this.#state.flow.isOpen();
    return this.#state.kind === "connecting";
  }

  towardsPort(): Flow {
    return this;
  }

  send(bytes: Buffer, failed?: (error: Error) => void): void {
    const state = this.#state;
    if (state.kind === "open") state.flow.send(bytes, failed);
    else if (state.kind === "connecting" && state.waiting.length < largestWaiting)
      state.waiting.push({ bytes, failed });
    else failed?.(new Error("the peer's connection is gone"));
  }

  /** Tries the ways until one leads there. False: none does. Never rejects. */
  async connect(ways: Ways | Promise<Ways>): Promise<boolean> {
    const flow = await (await ways).next();
    const waiting = this.#state.kind === "connecting" ? this.#state.waiting : [];
    this.#state = flow === null ? { kind: "lost" } : { kind: "open", flow };
    for (const { bytes, failed } of waiting) this.send(bytes, failed);
    return flow !== null;
  }
}
