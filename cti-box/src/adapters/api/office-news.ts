/**
 * What every page is told of the others, as it changes: who of the colleagues is free, whom this operator waits for, which offices are open, what is parked, and who of the
 * operator's queues is to be called back. A page that joins gets all of it once.
 */
import type { OfficeNews } from "../../../contracts/index.ts";
import { openStateAt } from "../../domain/routing/open-state.ts";
import type { CallId, OperatorId } from "../../domain/call/ids.ts";
import type { PublicCallEvent } from "../../domain/call/call-view.ts";
import { mayKnow } from "./callback-routes.ts";
import type { ApiParts } from "./api-parts.ts";
import { callbackToContract, parkedToContract, recallToContract } from "./to-contract.ts";

type Parts = Pick<ApiParts, "desk" | "queries" | "recalls" | "clock"> & {
  options: Pick<ApiParts["options"], "operators" | "network">;
};

/** `operators`: with a page that is open now. */
export type Pages = { operators(): Iterable<OperatorId>; tell(operatorId: OperatorId, news: OfficeNews): void };

export class OfficeNewsDesk {
  readonly #parts: Parts;
  readonly #pages: Pages;
  readonly #stops: readonly (() => void)[];
  #parked: ReadonlySet<CallId>;
  /** As last told. */
  #offices: string;

  constructor(parts: Parts, pages: Pages) {
    this.#parts = parts;
    this.#pages = pages;
    this.#parked = new Set(parts.queries.parkedCalls().map(({ callId }) => callId));
    this.#offices = JSON.stringify(this.#officesNow());
    this.#stops = [
      parts.desk.onPresence((operatorId, state) =>
        this.#tellAll(() => ({ topic: "colleague-state", login: operatorId, state })),
      ),
      parts.recalls.onRecalls((askedBy) => pages.tell(askedBy, this.#recallsOf(askedBy))),
      parts.queries.onEvent((event) => this.#heard(event)),
      parts.queries.onCallbacks(() => this.#tellAll((operatorId) => this.#callbacksFor(operatorId))),
    ];
  }

  /** All there is, for a page that has just joined. */
  greeting(operatorId: OperatorId): OfficeNews[] {
    return [
      this.#colleaguesNow(),
      this.#recallsOf(operatorId),
      this.#officesNow(),
      this.#parkedNow(),
      this.#callbacksFor(operatorId),
    ];
  }

  /** Offices open and close by the clock: to be called every few seconds. */
  look(): void {
    const offices = this.#officesNow();
    const told = JSON.stringify(offices);
    if (told === this.#offices) return;
    this.#offices = told;
    this.#tellAll(() => offices);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  /** A call is parked, or one that was goes on. */
  #heard(event: PublicCallEvent): void {
    if (event.type !== "call-parked" && !this.#parked.has(event.call.callId)) return;
    const now = this.#parts.queries.parkedCalls();
    this.#parked = new Set(now.map(({ callId }) => callId));
    const parked = this.#parkedNow();
    this.#tellAll(() => parked);
  }

  #tellAll(newsFor: (operatorId: OperatorId) => OfficeNews): void {
    for (const operatorId of this.#pages.operators()) this.#pages.tell(operatorId, newsFor(operatorId));
  }

  #colleaguesNow(): OfficeNews {
    const items = this.#parts.options.operators.map(({ login, displayName }) => {
      return { login, displayName, state: this.#parts.desk.presenceOf(login as OperatorId) };
    });
    return { topic: "colleagues", items };
  }

  #recallsOf(operatorId: OperatorId): OfficeNews {
    return { topic: "recalls", items: this.#parts.recalls.of(operatorId).map(recallToContract) };
  }

  #officesNow(): OfficeNews {
    const nowMs = this.#parts.clock.now();
    const items = this.#parts.options.network.map(({ officeId, hours }) => {
      return { officeId, openState: openStateAt(hours, nowMs) };
    });
    return { topic: "offices", items };
  }

  #parkedNow(): OfficeNews {
    return { topic: "parked-calls", items: this.#parts.queries.parkedCalls().map(parkedToContract) };
  }

  /** Whoever serves other queues has no business with these citizens. */
  #callbacksFor(operatorId: OperatorId): OfficeNews {
    const account = this.#parts.options.operators.find(({ login }) => login === operatorId);
    const items = this.#parts.queries
      .callbacks()
      .filter(({ queueId }) => account !== undefined && mayKnow(account, queueId))
      .map(callbackToContract)
      .map(({ callId, queueId, number, since, state }) => ({ callId, queueId, number, since, state }));
    return { topic: "callbacks", items };
  }
}
