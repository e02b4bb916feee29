/** The softphone as one object: its state and everything an operator can do. Features see this, never an adapter. */
import { createCallCommands } from "./call-commands.ts";
import { createSessionCommands } from "./session-commands.ts";
import { createTextCommands } from "./text-commands.ts";
import { createTicketCommands, restoreNote } from "./ticket-commands.ts";
import { createTransferCommands } from "./transfer-commands.ts";
import { PhoneStore } from "./phone-store.ts";
import { withToken } from "./desk.ts";
import { cardStateOf } from "../domain/call/call.ts";
import type { CallCommands } from "./call-commands.ts";
import type { Desk } from "./desk.ts";
import type { Outcome, Ports } from "./ports.ts";
import type { SessionCommands } from "./session-commands.ts";
import type { TextCommands } from "./text-commands.ts";
import type { TicketCommands } from "./ticket-commands.ts";
import type { TransferCommands } from "./transfer-commands.ts";
import type { Directory } from "../domain/session/session.ts";
import type { PhoneEvent } from "../domain/phone-state.ts";

export type Softphone = {
  store: Pick<PhoneStore, "read" | "watch">;
  session: SessionCommands;
  calls: CallCommands;
  transfer: TransferCommands;
  tickets: TicketCommands;
  texts: TextCommands;
  searchDirectory: (text: string, signal: AbortSignal) => Promise<Outcome<Directory>>;
  /** Fills the search field; never dials by itself. */
  fillSearch: (text: string) => void;
  dismiss: (event: Extract<PhoneEvent, { type: "notice-dismissed" | "follow-up-dismissed" }>) => void;
  /** What the screen has shown, for drivers and embedding pages. */
  tell: Ports["pageEvents"]["tell"];
  setRinging: Ports["ringer"]["setRinging"];
  setRingback: Ports["ringer"]["setRingback"];
  close: () => void;
};

/** How often waiting notes and announced tickets are tried again while the ticket service is away. */
const catchUpEveryMs = 5_000;

export function createSoftphone(ports: Ports): Softphone {
  const store = new PhoneStore();
  const desk: Desk = { store, ports, telephone: { current: null }, boxLine: { current: null }, dialled: new Set() };
  const calls = createCallCommands(desk);
  const session = createSessionCommands(desk, calls);
  const tickets = createTicketCommands(desk);
  const stopWatching = watchCalls(desk, tickets);
  return {
    store,
    session,
    calls,
    transfer: createTransferCommands(desk, tickets),
    tickets,
    texts: createTextCommands(desk),
    searchDirectory: (text, signal) => withToken(desk, (token) => ports.boxApi.searchDirectory(token, text, signal)),
    fillSearch: (text) => store.dispatch({ type: "search-filled", text }),
    dismiss: (event) => store.dispatch(event),
    tell: (name, payload) => ports.pageEvents.tell(name, payload),
    setRinging: (ringing) => ports.ringer.setRinging(ringing),
    setRingback: (tone) => ports.ringer.setRingback(tone),
    close() {
      stopWatching();
      session.close();
      ports.ringer.setRinging(null);
      ports.ringer.setRingback("off");
    },
  };
}

/** Restores drafts of calls that appear, and tries waiting ticket work again. */
function watchCalls(desk: Desk, tickets: TicketCommands): () => void {
  const seen = new Set<string>();
  const stop = desk.store.watch(() => {
    for (const entry of desk.store.read().calls) {
      if (seen.has(entry.callId)) continue;
      seen.add(entry.callId);
      if (cardStateOf(entry) !== "ended") restoreNote(desk, entry.callId);
    }
  });
  let stopTimer = (): void => undefined;
  const round = (): void => {
    stopTimer = desk.ports.clock.after(catchUpEveryMs, () => {
      void tickets.catchUp().finally(round);
    });
  };
  round();
  return () => {
    stop();
    stopTimer();
  };
}
