/** A client transaction at work: the machine of `client-machine.ts` with its request, its way to the peer and its timers. */
import { HeaderList, headerSpelling } from "../message/header-list.ts";
import { noBody, type SipRequest, type SipResponse } from "../message/sip-message.ts";
import { bytesOf, written, writtenAsReceived, type Written } from "../message/write-message.ts";
import type { WorkCounters } from "../metrics/work-counters.ts";
import type { Flow } from "../transport/flow.ts";
import {
  applyClientEvent,
  clientMachine,
  type ClientEvent,
  type ClientMachine,
  type ClientTimer,
} from "./client-machine.ts";
import type { TimerValues } from "./timers.ts";

export type ClientOutcome =
  | { kind: "response"; response: SipResponse; flow: Flow }
  | { kind: "timed-out" }
  | { kind: "not-sent" };

export type ClientOrder = {
  /** The engine's name for it towards the application. */
  id: string;
  branch: string;
  request: SipRequest;
  flow: Flow;
  timers: TimerValues;
  counters: Pick<WorkCounters, "requestsRepeated">;
  outcome: (outcome: ClientOutcome) => void;
  /** Called once, when nothing of it is left. */
  released: () => void;
};

export class ClientTransaction {
  readonly id: string;
  readonly branch: string;
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly #order: ClientOrder;
  readonly #written: Written;
  readonly #running: Partial<Record<ClientTimer, NodeJS.Timeout | undefined>> = {};
  #machine: ClientMachine;
  #ack: Written | null = null;

  constructor(order: ClientOrder) {
    this.id = order.id;
    this.branch = order.branch;
    this.request = order.request;
    this.flow = order.flow;
    this.#order = order;
    // What is built here is spelled well; what only passes keeps its spelling.
    this.#written = writtenAsReceived(order.request);
    this.#machine = clientMachine(order.request.method === "INVITE", order.flow.protocol !== "udp", order.timers);
  }

  get state(): ClientMachine["state"] {
    return this.#machine.state;
  }

  /** As it was sent. */
  get written(): Written {
    return this.#written;
  }

  start(): void {
    this.#apply({ type: "start" });
  }

  receive(response: SipResponse, flow: Flow): void {
    if (response.status >= 300 && this.#machine.isInvite && this.#ack === null)
      this.#ack = written(ackOf(this.request, response));
    this.#apply({ type: "response", status: response.status }, { response, flow });
  }

  /** A CANCEL went out: the final answer is waited for 64·T1 from now and no longer. */
  cancelSent(): void {
    this.#apply({ type: "cancel-sent" });
  }

  /** The connection that the answer would come over is gone. */
  connectionClosed(): void {
    this.#apply({ type: "transport-failed" });
  }

  /** Nothing of it is needed any more, but perhaps its name. */
  retire(): void {
    if (this.#machine.state === "terminated") return;
    this.abandon();
    this.#order.released();
  }

  /** Stops everything without another word: the engine closes. */
  abandon(): void {
    this.#stopAll();
    this.#machine = { ...this.#machine, state: "terminated" };
  }

  #apply(event: ClientEvent, answer?: { response: SipResponse; flow: Flow }): void {
    if (this.#machine.state === "terminated") return;
    const step = applyClientEvent(this.#machine, event, this.#order.timers);
    this.#machine = step.machine;
    for (const effect of step.effects) {
      // A send that failed at once has ended the transaction: no timer may be started after that.
      if (this.#machine.state === "terminated" && step.machine.state !== "terminated") return;
      switch (effect.type) {
        case "send-request":
          if (event.type === "timer") this.#order.counters.requestsRepeated += 1;
          this.flow.send(bytesOf(this.#written), () => this.#apply({ type: "transport-failed" }));
          break;
        case "send-ack":
          if (this.#ack) this.flow.send(bytesOf(this.#ack));
          break;
        case "pass-response":
          if (answer) this.#order.outcome({ kind: "response", ...answer });
          break;
        case "timed-out":
          this.#order.outcome({ kind: "timed-out" });
          break;
        case "not-sent":
          this.#order.outcome({ kind: "not-sent" });
          break;
        case "start-timer":
          this.#start(effect.timer, effect.afterMs);
          break;
        case "stop-timer":
          this.#stop(effect.timer);
          break;
      }
    }
    // An outcome may have led to another step; only the last one finds the machine terminated with timers still known.
    if (step.machine.state === "terminated" && this.#machine === step.machine) {
      this.#stopAll();
      this.#order.released();
    }
  }

  #start(timer: ClientTimer, afterMs: number): void {
    this.#stop(timer);
    const fire = (): void => {
      this.#running[timer] = undefined;
      this.#apply({ type: "timer", timer });
    };
    this.#running[timer] = setTimeout(fire, afterMs);
  }

  #stop(timer: ClientTimer): void {
    clearTimeout(this.#running[timer]);
    this.#running[timer] = undefined;
  }

  #stopAll(): void {
    this.#stop("retransmit");
    this.#stop("timeout");
    this.#stop("linger");
  }
}

/** ACK of a non-2xx: same Via, Route and numbers as the INVITE, the To of the answer (RFC 3261 §17.1.1.3). */
function ackOf(invite: SipRequest, response: SipResponse): SipRequest {
  const headers = new HeaderList();
  headers.append("Via", invite.headers.first("via") ?? "");
  for (const route of invite.headers.lines("route")) headers.append("Route", route);
  headers.append("Max-Forwards", "70");
  headers.append("From", invite.headers.first("from") ?? "");
  headers.append("To", response.headers.first("to") ?? invite.headers.first("to") ?? "");
  headers.append("Call-ID", invite.headers.first("call-id") ?? "");
  headers.append("CSeq", `${Number.parseInt(invite.headers.first("cseq") ?? "1", 10)} ACK`);
  return { kind: "request", method: "ACK", uri: invite.uri, headers, body: noBody };
}

/** CANCEL of an INVITE: same Via, number and Route (RFC 3261 §9.1). */
export function cancelOf(invite: SipRequest, extra: HeaderList): SipRequest {
  const headers = new HeaderList();
  headers.append("Via", invite.headers.first("via") ?? "");
  for (const route of invite.headers.lines("route")) headers.append("Route", route);
  headers.append("Max-Forwards", "70");
  for (const name of ["From", "To", "Call-ID"]) headers.append(name, invite.headers.first(name.toLowerCase()) ?? "");
  headers.append("CSeq", `${Number.parseInt(invite.headers.first("cseq") ?? "1", 10)} CANCEL`);
  for (const header of extra) headers.append(headerSpelling(header.key), header.value);
  return { kind: "request", method: "CANCEL", uri: invite.uri, headers, body: noBody };
}
