/** A server transaction at work: the machine of `server-machine.ts` with its request, the way back and its timers. */
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { bytesOf, writtenAsReceived, type Written } from "../message/write-message.ts";
import type { WorkCounters } from "../metrics/work-counters.ts";
import type { Flow } from "../transport/flow.ts";
import {
  applyServerEvent,
  serverMachine,
  type ServerEvent,
  type ServerMachine,
  type ServerTimer,
} from "./server-machine.ts";
import type { TimerValues } from "./timers.ts";

export type ServerOrder = {
  id: string;
  key: string;
  request: SipRequest;
  /** Where the request came from, as the application is told. */
  source: Flow;
  /** Where answers go (RFC 3261 §18.2.2, RFC 3581 §4). */
  back: Flow;
  timers: TimerValues;
  counters: Pick<WorkCounters, "answersRepeated">;
  /** The application did not react to an INVITE at all. */
  silent: (transaction: ServerTransaction) => void;
  /** An INVITE got a final answer other than 2xx, whoever gave it. */
  refused: (transaction: ServerTransaction) => void;
  /** An INVITE has been ringing for a minute since the last provisional answer. */
  stillRinging: (transaction: ServerTransaction) => void;
  /** Its work is done, but copies of the request are to be answered like this for 64·T1. */
  answered: (transaction: ServerTransaction, answer: Written) => void;
  released: (transaction: ServerTransaction) => void;
};

export class ServerTransaction {
  readonly id: string;
  readonly key: string;
  readonly request: SipRequest;
  readonly source: Flow;
  /** Where answers go; another one once the connection is gone and made anew. */
  back: Flow;
  /** The tag of our To in every answer of this transaction; the application's own if its first answer has one. */
  localTag: string | null = null;
  readonly #order: ServerOrder;
  readonly #running: Partial<Record<ServerTimer, NodeJS.Timeout | undefined>> = {};
  #machine: ServerMachine;
  #last: Written | null = null;

  constructor(order: ServerOrder) {
    this.id = order.id;
    this.key = order.key;
    this.request = order.request;
    this.source = order.source;
    this.back = order.back;
    this.#order = order;
    this.#machine = serverMachine(order.request.method === "INVITE", order.back.protocol !== "udp", order.timers);
    this.#apply({ type: "start" });
  }

  /** No final answer was given yet. */
  get isOpen(): boolean {
    return this.#machine.state === "trying" || this.#machine.state === "proceeding";
  }

  get state(): ServerMachine["state"] {
    return this.#machine.state;
  }

  /** The answer that was sent last. */
  get last(): Written | null {
    return this.#last;
  }

  /** Hears the final answer, once, before it leaves. */
  onFinal: ((response: SipResponse) => void) | null = null;

  /** Sends the answer. False: a final one was sent already, or the transaction is over. */
  respond(response: SipResponse): boolean {
    if (!this.isOpen) return false;
    if (response.status >= 200) this.onFinal?.(response);
    this.#last = writtenAsReceived(response);
    this.#apply({ type: "respond", status: response.status });
    if (response.status >= 300 && this.request.method === "INVITE") this.#order.refused(this);
    return true;
  }

  requestAgain(): void {
    this.#apply({ type: "request-again" });
  }

  acknowledge(): void {
    this.#apply({ type: "ack" });
  }

  /** The proxy answers it from now on, in its own time. */
  takenOver(): void {
    this.#apply({ type: "taken-over" });
  }

  /** Sends the last answer once more: the dialog repeats its 2xx through here. */
  repeat(): void {
    this.#order.counters.answersRepeated += 1;
    this.#send();
  }

  #send(): void {
    if (this.#last) this.back.send(bytesOf(this.#last));
  }

  /** Nothing of it is needed any more, but perhaps its name. */
  retire(): void {
    if (this.#machine.state === "terminated") return;
    this.abandon();
    this.#order.released(this);
  }

  abandon(): void {
    this.#stopAll();
    this.#machine = { ...this.#machine, state: "terminated" };
  }

  #apply(event: ServerEvent): void {
    if (this.#machine.state === "terminated") return;
    const step = applyServerEvent(this.#machine, event, this.#order.timers);
    this.#machine = step.machine;
    for (const effect of step.effects) {
      if (effect.type === "send-response") this.#send();
      else if (effect.type === "repeat-response") this.repeat();
      else if (effect.type === "start-timer") this.#start(effect.timer, effect.afterMs);
      else if (effect.type === "stop-timer") this.#stop(effect.timer);
      else if (effect.type === "application-silent") this.#order.silent(this);
      else if (effect.type === "still-ringing") this.#order.stillRinging(this);
      else if (effect.type === "keep-answer" && this.#last) this.#order.answered(this, this.#last);
    }
    if (step.machine.state === "terminated") {
      this.#stopAll();
      this.#order.released(this);
    }
  }

  #start(timer: ServerTimer, afterMs: number): void {
    this.#stop(timer);
    const fire = (): void => {
      this.#running[timer] = undefined;
      this.#apply({ type: "timer", timer });
    };
    this.#running[timer] = setTimeout(fire, afterMs);
  }

  #stop(timer: ServerTimer): void {
    clearTimeout(this.#running[timer]);
    this.#running[timer] = undefined;
  }

  #stopAll(): void {
    this.#stop("abandon");
    this.#stop("retransmit");
    this.#stop("linger");
  }
}
