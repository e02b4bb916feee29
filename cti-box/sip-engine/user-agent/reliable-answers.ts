/** Reliable provisional responses to one INVITE: the machine of `dialog/reliable-provisionals.ts` with its timers and the way back (RFC 3262 §3). */
import { randomInt } from "node:crypto";
import type { Dialog } from "../dialog/dialog.ts";
import {
  applyReliableEvent,
  reliableProvisionals,
  type ReliableEffect,
  type ReliableEvent,
  type ReliableProvisionals,
  type ReliableTimer,
} from "../dialog/reliable-provisionals.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { bytesOf, type Written } from "../message/write-message.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { TimerValues } from "../transaction/timers.ts";

/** A response of the application's whose turn may come later. */
export type OrderedAnswer = {
  response: SipResponse;
  /** Its turn has come: it is to be sent and echoed now. */
  send: () => void;
  /** Its turn will never come. */
  refuse: () => void;
};

export class ReliableAnswers {
  readonly invite: ServerTransaction;
  /** The dialog that the first of them made, or that the re-INVITE came in; its name and owner are good also after its end. */
  dialog: Dialog | null = null;
  /** The one sent last. */
  last: SipResponse | null = null;
  readonly #timers: TimerValues;
  readonly #gaveUp: () => void;
  readonly #running = new Map<ReliableTimer, NodeJS.Timeout>();
  #machine: ReliableProvisionals<OrderedAnswer> = reliableProvisionals(randomInt(1, 2 ** 31));
  #written: Written | null = null;
  /** Name of the PRACK that the application has not answered yet. */
  #prackId: string | null = null;

  /** `gaveUp`: no PRACK came for 64·T1. */
  constructor(invite: ServerTransaction, timers: TimerValues, gaveUp: () => void) {
    this.invite = invite;
    this.#timers = timers;
    this.#gaveUp = gaveUp;
  }

  /** Sent with an RSeq of its own as soon as the one before is acknowledged. */
  provisional(order: OrderedAnswer): void {
    this.#apply({ type: "provisional", order });
  }

  /** The 2xx, sent as soon as nothing is outstanding. */
  answer(order: OrderedAnswer): void {
    this.#apply({ type: "answer", order });
  }

  /** A PRACK with that number came. False: it acknowledges nothing that is outstanding. */
  prack(rseq: number, transactionId: string): boolean {
    const isAccepted = this.#machine.outstanding === rseq;
    if (isAccepted) this.#prackId = transactionId;
    this.#apply({ type: "prack", rseq });
    return isAccepted;
  }

  /** A PRACK is done with: what waited for it goes on. */
  prackOver(transactionId: string): void {
    if (this.#prackId !== transactionId) return;
    this.#prackId = null;
    this.#apply({ type: "prack-answered" });
  }

  /** Nothing waits for its turn, and no PRACK is waited for. */
  get isIdle(): boolean {
    return this.#machine.state === "idle";
  }

  /** The INVITE was refused, or its caller is gone. */
  ended(): void {
    this.#apply({ type: "ended" });
  }

  close(): void {
    for (const timeout of this.#running.values()) clearTimeout(timeout);
    this.#running.clear();
  }

  #apply(event: ReliableEvent<OrderedAnswer>): void {
    const step = applyReliableEvent(this.#machine, event, this.#timers);
    this.#machine = step.machine;
    for (const effect of step.effects) this.#do(effect);
  }

  #do(effect: ReliableEffect<OrderedAnswer>): void {
    switch (effect.type) {
      case "send-provisional":
        effect.order.response.headers.set("RSeq", String(effect.rseq));
        this.last = effect.order.response;
        effect.order.send();
        this.#written = this.invite.last;
        break;
      case "send-answer":
        effect.order.send();
        break;
      case "refuse-order":
        effect.order.refuse();
        break;
      case "repeat":
        if (this.#written) this.invite.back.send(bytesOf(this.#written));
        break;
      case "start-timer":
        this.#start(effect.timer, effect.afterMs);
        break;
      case "stop-timer":
        clearTimeout(this.#running.get(effect.timer));
        this.#running.delete(effect.timer);
        break;
      case "give-up":
        this.#gaveUp();
        break;
      case "accept-prack":
      case "refuse-prack":
        break;
    }
  }

  #start(timer: ReliableTimer, afterMs: number): void {
    clearTimeout(this.#running.get(timer));
    this.#running.set(
      timer,
      setTimeout(() => this.#apply({ type: "timer", timer }), afterMs),
    );
  }
}

/** How a provisional response to that request has to travel; `unsupported`: the caller could not acknowledge it (RFC 3262 §3). */
export function reliabilityOf(given: SipResponse, request: SipRequest): "unreliable" | "reliable" | "unsupported" {
  if (request.method !== "INVITE" || given.status <= 100 || given.status >= 200) return "unreliable";
  const isRequired = names100rel(request, "require");
  if (!isRequired && !names100rel(given, "require")) return "unreliable";
  return isRequired || names100rel(request, "supported") ? "reliable" : "unsupported";
}

/** The message has the option tag 100rel in that header. */
export function names100rel({ headers }: SipRequest | SipResponse, header: "require" | "supported"): boolean {
  return headers.has(header) && headers.values(header).some((tag) => tag.toLowerCase() === "100rel");
}

/** Where the reliable responses to an INVITE are kept: what its PRACKs carry. */
export function reliableKey(callId: string, localTag: string): string {
  return `${callId}|${localTag}`;
}

/** The reliable responses to that INVITE among all of them; null: there were none. */
export function reliableOf(
  all: ReadonlyMap<string, ReliableAnswers>,
  invite: ServerTransaction,
): ReliableAnswers | null {
  if (all.size === 0) return null;
  const known = all.get(reliableKey(invite.request.headers.first("call-id") ?? "", invite.localTag ?? ""));
  return known?.invite === invite ? known : null;
}
