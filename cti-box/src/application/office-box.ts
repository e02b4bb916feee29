/**
 * The box of one office, put together from its ports. `main.ts` makes the adapters and gives them to `createOfficeBox`; the API gets the
 * use cases; `start` closes what a crash left open and begins to take calls; `close` ends everything the box opened.
 */
import { answeredWhenKept } from "./answered-when-kept.ts";
import type { Callbacks } from "./callbacks.ts";
import { CallGate } from "./call-gate.ts";
import { createCallCommands } from "./call-commands.ts";
import { CallJournal, type SpillLimits } from "./call-journal.ts";
import { queriesOf } from "./box-queries.ts";
import { callInNetwork, recallOperator } from "./call-in-network.ts";
import { connectedIdentity } from "./connected-identity.ts";
import { CallsInProgress } from "./calls-in-progress.ts";
import { createTrunks } from "./create-trunks.ts";
import { CallHandlings } from "./call-handlings.ts";
import { RecallBook } from "./recall-book.ts";
import type { RecallDesk } from "./recall-desk.ts";
import { seekForward, type ForwardParts } from "./forward-call.ts";
import { dialCitizen } from "./dial-citizen.ts";
import { FeatureCodes } from "./feature-codes.ts";
import { officeFrom } from "./office-settings.ts";
import { OfficeFigures } from "./office-figures.ts";
import type { TrunksParts } from "./create-trunks.ts";
import { OperatorRoom } from "./operator-room.ts";
import { pickUpCall, retrieveCall } from "./pick-up-call.ts";
import { tendQueues } from "./tend-queues.ts";
import { recordPages } from "./record-pages.ts";
import { keyPressed } from "./queue-keys.ts";
import { CallTexts } from "./text/call-texts.ts";
import type { TextDesk } from "./text/text-desk.ts";
import { signallingHost } from "./signalling-host.ts";
import type { ReferParts } from "./refer-call.ts";
import { SipAccountBook } from "./sip-account-book.ts";
import type { TrunkBook } from "./trunk-book.ts";
import { gatedSignalling } from "./trunk-gate.ts";
import type { LegId, OperatorId } from "../domain/call/ids.ts";
import type { CallMedia } from "./call-media.ts";
import type { Office, OfficeSettings } from "./office-settings.ts";
import type { HandlingStore } from "./handling-store.ts";
import type { CallSignalling, CallStore, Clock, Ids, Log } from "./ports.ts";
import type { RestartMemory } from "./restart-memory.ts";
import type {
  CallCommands,
  CallHandlingDesk,
  CallQueries,
  JournalHealth,
  OfficeFiguresQueries,
  OperatorDesk,
  SipAccounts,
  StopNotices,
  TrunkAdministrationCommands,
  TrunkQueries,
} from "./use-cases.ts";

/** Time the far ends get to confirm the end of their calls when the box is stopped. */
const lastWordsMs = 2000;
/** Time a store that cannot be written gets to come back then. */
const lastWriteMs = 5000;

export type OfficeBoxParts = Pick<TrunksParts, "reach" | "spareCarriers" | "trunkChanges" | "prices"> & {
  config: OfficeSettings;
  sip: CallSignalling & TrunksParts["sip"];
  media: CallMedia;
  store: CallStore;
  handlings: HandlingStore;
  /** Where steps of calls are written; absent: the store itself. */
  journaling?: Pick<CallStore, "append">;
  /** Time in which a busy box gathers the steps of its calls; absent: it does not. */
  gatherMs?: number;
  /** How much is kept in memory while it cannot be written; absent: the usual. */
  spill?: SpillLimits;
  /** Absent: operators' sessions end with the process. */
  memory?: RestartMemory;
  clock: Clock;
  ids: Ids;
  log: Log;
};

/** What the media server tells. */
type MediaEars = {
  /** Media of a leg broke down. */
  mediaFailed: CallsInProgress["mediaFailed"];
  mediaMoved: CallsInProgress["mediaMoved"];
  /** An announcement was heard to its end. */
  announcementEnded: CallsInProgress["announcementEnded"];
  /** The far end of a leg pressed a key in the sound (RFC 4733). */
  keyPressed(legId: LegId, key: string): void;
  /** The far end of a leg wrote. */
  textReceived: CallTexts["heard"];
};

export type OfficeBox = MediaEars & {
  commands: CallCommands;
  desk: OperatorDesk;
  handlings: CallHandlingDesk;
  recalls: RecallDesk;
  texts: TextDesk;
  accounts: SipAccounts;
  queries: CallQueries;
  trunks: TrunkQueries;
  trunkAdministration: TrunkAdministrationCommands;
  figures: OfficeFiguresQueries;
  /** Calls in progress, calls that ended with something left behind, and whether the journal is written: for tests and health checks. */
  health(): { callsInProgress: number; callsWithLeftovers: number; journal: JournalHealth };
  stopNotices: StopNotices;
  start(): Promise<void>;
  /** No new calls from now on. Resolves when the last one is over, or after this time. */
  drain(limitMs: number): Promise<void>;
  close(): Promise<void>;
};

export function createOfficeBox(parts: OfficeBoxParts): OfficeBox {
  const { config, sip, store, clock, ids, log } = parts;
  const office = officeFrom(config);
  const room = new OperatorRoom({ operators: office.operators.values(), services: office.services }, clock);
  const signalling = gatedSignalling(sip, () => trunks);
  const { journaling = store, spill: limits, gatherMs = 0 } = parts;
  const journal = new CallJournal({ store: journaling, clock, log, limits, gatherMs });
  const gate = new CallGate({ clock, log });
  const callParts = { office, room, gate, signalling, journal, book: (): TrunkBook => trunks };
  const { calls, handlings, recalls, forwardParts } = callsOf(parts, callParts);
  const { trunks: officeTrunks, administration } = createTrunks({ ...parts, fileTrunks: config.trunks, calls });
  const trunks = officeTrunks.book;
  const accounts = accountsOf(parts, office);
  const { callbacks, ...queues } = tendQueues({ office, room, calls, trunks, ids, clock, log });
  const figures = figuresOf(config, { office, room, calls, callbacks, clock });
  const find: ReferParts["find"] = (callId) => calls.find(callId);
  const commandParts = { office, room, handlings, ids, trunks, find };
  const own = { ...parts, office, room, calls };
  const texts = new CallTexts({ ...own, signalling });
  const featureCodes = new FeatureCodes({ ...own, recalls, handlings, signalling });
  const host = { ...own, texts, featureCodes, callbacks, gate, officeTrunks, accounts, commandParts, forwardParts };
  return {
    commands: commandsOf({ office, room, handlings, calls, gate, trunks, journal, commandParts, clock, ids, log }),
    desk: room,
    handlings,
    recalls,
    texts,
    accounts,
    trunks: officeTrunks,
    trunkAdministration: administration,
    figures,
    queries: queriesOf(calls, { store, clock, callbacks }),
    ...mediaEars({ ...own, callbacks, texts }),
    health: () => healthOf(calls, journal),
    start: async () => {
      await handlings.load();
      for (const counts of [figures, officeTrunks])
        await counts.recover((filter) => recordPages({ store, clock }, filter));
      await sip.start(signallingHost({ ...host, unfinished: await store.unfinishedCalls() }));
      // What became of the calls of an earlier run is told by the first answer that anybody gets.
      await journal.kept();
      await queues.recover((filter) => recordPages({ store, clock }, filter));
      officeTrunks.start();
      queues.start();
    },
    stopNotices: gate,
    drain: async (limitMs) => {
      gate.shut(clock.now() + limitMs);
      // Who asked to be called back is called after the restart.
      callbacks.close();
      await calls.emptied(limitMs);
    },
    close: async () => {
      for (const waiting of [queues, recalls, featureCodes]) waiting.close();
      await Promise.all([calls.endAll(lastWordsMs), officeTrunks.close()]);
      await sip.close();
      await journal.close(lastWriteMs);
      for (const part of [texts, calls, room]) part.close();
      await store.close();
    },
  };
}

/** The calls, where those of colleagues go on, and who waits for a colleague. */
function callsOf(
  { media, handlings: store, clock, ids, log }: OfficeBoxParts,
  others: {
    office: Office;
    room: OperatorRoom;
    signalling: ConstructorParameters<typeof CallsInProgress>[0]["signalling"];
    journal: CallJournal;
    gate: CallGate;
    book: () => TrunkBook;
  },
): { calls: CallsInProgress; handlings: CallHandlings; recalls: RecallBook; forwardParts: ForwardParts } {
  const { office, room, gate, signalling, journal, book } = others;
  const handlings = new CallHandlings({ office, room, store, log });
  const calls: CallsInProgress = new CallsInProgress({
    signalling,
    media,
    journal,
    clock,
    log,
    codecsOfTrunk: (trunkId) => book().find(trunkId)?.codecs ?? null,
    textOfTrunk: (trunkId) => book().find(trunkId)?.realTimeText ?? false,
    keyModeOfTrunk: (trunkId) => book().find(trunkId)?.keys ?? "rfc4733",
    srtpOfTrunk: (trunkId) => book().find(trunkId)?.srtp ?? "off",
    identityOf: (parties) => connectedIdentity(office, parties),
    room,
    seekForward: (callId, missed) => seekForward(forwardParts, callId, missed),
  });
  const forwardParts = { office, room, handlings, calls, ids };
  const recalling = { office, room, handlings, calls, gate, clock, ids };
  const recalls = new RecallBook({ ...recalling, log, recall: (pair) => recallOperator(recalling, pair) });
  return { calls, handlings, recalls, forwardParts };
}

function mediaEars(parts: Parameters<typeof keyPressed>[0] & { calls: CallsInProgress; texts: CallTexts }): MediaEars {
  const { calls, texts } = parts;
  return {
    mediaFailed: (legId) => calls.mediaFailed(legId),
    mediaMoved: (callId) => calls.mediaMoved(callId),
    announcementEnded: (legId) => calls.announcementEnded(legId),
    keyPressed: (legId, key) => keyPressed(parts, legId, key),
    textReceived: (legId, text) => texts.heard(legId, text),
  };
}

function healthOf(calls: CallsInProgress, journal: CallJournal): ReturnType<OfficeBox["health"]> {
  return {
    callsInProgress: calls.index.size(),
    callsWithLeftovers: calls.leftovers(),
    journal: journal.health(),
  };
}

function accountsOf({ config, sip, ids, memory }: OfficeBoxParts, office: Office): SipAccountBook {
  const passwords = new Map(config.operators.map((one) => [one.login as OperatorId, one.password]));
  return new SipAccountBook({ ...office, passwords, ids, signalling: sip, memory });
}

function figuresOf(
  config: OfficeSettings,
  parts: { office: Office; room: OperatorRoom; calls: CallsInProgress; callbacks: Callbacks; clock: Clock },
): OfficeFigures {
  const { office, room, calls, callbacks, clock } = parts;
  const figures = new OfficeFigures({
    queues: config.queues,
    operators: [...office.operators.values()],
    presenceOf: (operatorId) => room.presenceOf(operatorId),
    calls: () => calls.index.open(),
    callbackQueues: office.callbackRules,
    callbacks: () => callbacks.list(),
    clock,
  });
  calls.onEvent((event) => figures.heard(event));
  return figures;
}

type CommandsParts = Pick<OfficeBoxParts, "clock" | "ids" | "log"> & {
  office: Office;
  room: OperatorRoom;
  handlings: CallHandlings;
  calls: CallsInProgress;
  gate: CallGate;
  trunks: TrunkBook;
  journal: CallJournal;
  commandParts: Parameters<typeof createCallCommands>[0];
};

function commandsOf({ journal, commandParts, ...parts }: CommandsParts): CallCommands {
  return answeredWhenKept(journal, {
    ...createCallCommands(commandParts),
    dial: async (operatorId, order) => dialCitizen(parts, operatorId, order),
    callInNetwork: async (operatorId, order) => callInNetwork(parts, operatorId, order),
    pickUp: async (operatorId, colleagueId) => pickUpCall(parts, operatorId, colleagueId),
    retrieve: async (operatorId, callId) => retrieveCall(parts, operatorId, callId),
  });
}
