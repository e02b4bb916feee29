/** What the parts of the user agent share: one owner (engine-core.ts) makes it and takes it apart. */
import { randomFillSync } from "node:crypto";
import type { CallLeg } from "../cdr/call-leg.ts";
import type { CallRecords } from "../cdr/call-records.ts";
import type { Applications } from "../control/applications.ts";
import type { DialogStore } from "../dialog/dialog-store.ts";
import type { BoundedLog } from "../log.ts";
import type { WorkCounters } from "../metrics/work-counters.ts";
import type { ClientTransaction } from "../transaction/client-transaction.ts";
import type { Remnants } from "../transaction/remnants.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { TimerValues } from "../transaction/timers.ts";
import type { TransportLayer } from "../transport/transport-layer.ts";
import type { Protection } from "../protection/protection.ts";
import type { ProxiedRequests } from "../proxy/proxied-requests.ts";
import type { WayFinder } from "../resolve/way-finder.ts";
import type { AcceptedInvites } from "./accepted-invites.ts";
import type { Bindings } from "./bindings.ts";
import type { IdsByDialog } from "./ids-by-dialog.ts";
import type { NatDetection } from "../dialog/dialog-options.ts";
import type { SessionPolicy } from "../dialog/session-agreement.ts";
import type { ReliableAnswers } from "./reliable-answers.ts";

/** What a server transaction means to the application that handles it. */
export type ServerUse = {
  application: string;
  dialogId: string;
  /** Number of the frame that told the application of it; none before. */
  told?: number;
  /** When an INVITE was handed over, until the application reacts; in the clock of `performance.now()`. */
  offeredAtMs?: number | undefined;
  /** The application knows it under the name of the INVITE in progress (an UPDATE, control protocol §6.4). */
  knownAs?: string;
};

/** What a client transaction means to the application that asked for it. */
export type ClientUse = {
  application: string;
  dialogId: string;
  isCancelled: boolean;
  cancelWaits: (() => void) | null;
  /** A target failed and the next one is being connected to: it can still be cancelled. */
  isBetween: () => boolean;
  /** Of a new INVITE, until its dialog has it. */
  leg?: CallLeg | null;
  /** Number of the frame after which the application waits for answers; none inside a dialog, where it waits before. */
  told?: number;
};

/** Session timers; `secondMs`: milliseconds of one of their seconds. */
export type SessionSettings = { policy: SessionPolicy; secondMs: number };

export type Context = {
  transport: TransportLayer;
  ways: WayFinder;
  timers: TimerValues;
  sessions: SessionSettings;
  nat: NatDetection;
  /** Call detail records; null: nobody wants them. */
  records: CallRecords | null;
  log: BoundedLog;
  /** What strangers may do, and what was refused to them. */
  protection: Protection;
  counters: WorkCounters;
  applications: Applications;
  /** Who decides on new requests before it is an application's turn; true: it takes this one. */
  handlers?: { ask(transaction: ServerTransaction): boolean };
  dialogs: DialogStore;
  bindings: Bindings;
  accepted: AcceptedInvites;
  /** Requests that the engine passes on instead of answering them. */
  proxied: ProxiedRequests;
  /** By transaction key (branch, sent-by, method). */
  servers: Map<string, ServerTransaction>;
  serversById: Map<string, ServerTransaction>;
  serverUses: Map<string, ServerUse>;
  /** UPDATEs from the network that the application answers under the name of the INVITE in progress, by that name. */
  updates: Map<string, ServerTransaction>;
  /** Reliable provisional responses of ours, by Call-ID and our tag. */
  reliable: Map<string, ReliableAnswers>;
  /** Requests that were answered, by transaction key, for as long as copies of them may come, with the answer that a copy gets; none where it gets none. */
  answered: Remnants;
  /** INVITEs without To tag, by what a second copy of them on another way has in common (RFC 3261 §8.2.2.2). */
  invites: Map<string, ServerTransaction>;
  /** By branch and method. */
  clients: Map<string, ClientTransaction>;
  clientsById: Map<string, ClientTransaction>;
  clientUses: Map<string, ClientUse>;
  /** INVITEs of ours that were accepted and acknowledged, by branch and method (`client-remnants.ts`). */
  accomplished: Remnants;
  /** INVITEs of ours and of the peer, by dialog; an INVITE that makes a dialog stands under the dialog's future name. */
  invitesOfOurs: IdsByDialog;
  invitesOfTheirs: IdsByDialog;
};

const tokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.~";
const tokenLength = 12;
/** Asked of the system for many tokens at once: a call of its own for each costs more than all the rest of a branch. */
const randomPool = Buffer.alloc(tokenLength * 1024);
let randomUsed = randomPool.length;

/** A tag or branch part of 72 bits that cannot be guessed (RFC 3261 §19.3 asks for 32 at least). */
export function randomToken(): string {
  if (randomUsed === randomPool.length) {
    randomFillSync(randomPool);
    randomUsed = 0;
  }
  let token = "";
  for (const end = randomUsed + tokenLength; randomUsed < end; randomUsed += 1)
    token += tokenLetters.charAt((randomPool[randomUsed] ?? 0) & 63);
  return token;
}

export function newBranch(): string {
  return `z9hG4bK${randomToken()}`;
}
