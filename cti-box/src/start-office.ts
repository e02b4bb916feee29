/**
 * The composition root: one office's box from its configuration. Parts are opened in the order in which they need each other and closed
 * in the opposite one, also when a later part cannot be opened.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startApi } from "./adapters/api/start-api.ts";
import { JournalTiming } from "./adapters/metrics/journal-timing.ts";
import { PromptFiles } from "./adapters/media/prompt-files.ts";
import { createCallMedia } from "./adapters/media/call-media.ts";
import { openMediaServer } from "./adapters/media/start-media-server.ts";
import { SipSignalling } from "./adapters/sip/sip-signalling.ts";
import { openRestartMemory } from "./adapters/store/restart-memory.ts";
import { TrunkChangesFile } from "./adapters/store/trunk-changes-file.ts";
import { createRandomIds } from "./adapters/system/random-ids.ts";
import { systemClock } from "./adapters/system/system-clock.ts";
import { HandlingFile } from "./adapters/system/handling-file.ts";
import { openTokenKey } from "./adapters/system/token-key.ts";
import { apiOptionsFrom } from "./api-options.ts";
import { readTrunk } from "./config/read-trunk.ts";
import { carrierReach } from "./carrier-reach.ts";
import { createCallTraces, peerNames } from "./call-traces.ts";
import { createOfficeBox } from "./application/office-box.ts";
import { RetentionJob } from "./application/retention-job.ts";
import { officeReports } from "./application/make-reports.ts";
import { openBoxMetrics } from "./open-box-metrics.ts";
import { survivalOf } from "./survival.ts";
import { openStore } from "./open-store.ts";
import { textPortsOf } from "./text-ports.ts";
import { openSipStack } from "./open-sip-stack.ts";
import { priceListFrom, retentionRulesFrom } from "./record-config.ts";
import type { MediaServer } from "./application/media-port.ts";
import type { OfficeBox } from "./application/office-box.ts";
import type { Ids, Log, OfficeStore } from "./application/ports.ts";
import type { RestartMemory } from "./application/restart-memory.ts";
import type { OfficeConfig } from "./config.ts";
import type { SipStackHandle } from "./open-sip-stack.ts";

/**
 * A page that hangs up closes its audio at the same moment, and that may be seen before its BYE: only a leg that is still there after this was
 * really lost. A closed box knows no leg any more.
 */
const byeGraceMs = 1_000;

export type RunningOffice = {
  /** Where the softphone is opened. */
  url: string;
  /** A link that signs the operator in once; null for an unknown login. */
  oneTimeLink(login: string): string | null;
  health: OfficeBox["health"];
  /** Resolves when something the box cannot live without ended by itself. */
  failed: Promise<Error>;
  /** No new calls from now on. Resolves when the last one is over, or after `drainSeconds`. */
  drain(): Promise<void>;
  close(): Promise<void>;
};

/** Rejects with a message for people when an address, a file or the SIP stack cannot be opened. */
export async function startOffice(config: OfficeConfig, log: Log): Promise<RunningOffice> {
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let end = opened.pop(); end !== undefined; end = opened.pop()) await end();
  };
  try {
    mkdirSync(config.dataDirectory, { recursive: true });
    const memory = openRestartMemory(join(config.dataDirectory, "restart.sqlite"), log);
    opened.push(async () => memory.close());
    const stack = await openSipStack(config, log);
    opened.push(() => stack.close());
    const media = await openMediaServer(config.media, { log, memory, textPorts: textPortsOf(config) });
    opened.push(() => media.close());
    const ids = createRandomIds();
    const office = { officeId: config.office.officeId, domain: config.sip.domain };
    const sip = new SipSignalling({
      control: stack.control,
      office,
      clock: systemClock,
      ids,
      log,
      memory,
      ...survivalOf(config, stack.webSocket),
    });
    const store = await openStore(config);
    const journal = new JournalTiming();
    const box = await openBox({ config, log, stack, sip, media, ids, store, memory, journal });
    opened.push(() => box.close());
    const retention = startRetention({ config, log, store });
    opened.push(async () => retention.close());
    const api = await openApi({ config, log, box, media, stack, sip, store, memory });
    opened.push(() => api.close());
    if (config.metrics !== undefined) {
      const metrics = await openBoxMetrics(config.metrics, { box, media, journal, api, log });
      opened.push(() => metrics.close());
    }
    return {
      url: api.url,
      oneTimeLink: (login) => api.oneTimeLink(login),
      health: () => box.health(),
      failed: stack.failed,
      drain: () => box.drain(config.drainSeconds * 1_000),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Parts = {
  config: OfficeConfig;
  log: Log;
  stack: SipStackHandle;
  media: MediaServer;
  sip: SipSignalling;
  store: OfficeStore;
  memory: RestartMemory;
};

function startRetention({ config, log, store }: Pick<Parts, "config" | "log" | "store">): RetentionJob {
  const job = new RetentionJob({
    store: store.retained,
    clock: systemClock,
    log,
    rules: retentionRulesFrom(config.retention),
    prices: priceListFrom(config.costs),
  });
  job.start();
  return job;
}

/** An INVITE waits for the journal a few times on its way: nobody hears that, and a busy box writes and sends in fewer, larger pieces. */
const busyGatherMs = 8;

async function openBox({
  config,
  log,
  stack,
  sip,
  media,
  ids,
  store,
  memory,
  journal,
}: Parts & { ids: Ids; journal: JournalTiming }): Promise<OfficeBox> {
  const box = createOfficeBox({
    config,
    sip,
    reach: carrierReach(config.sip),
    spareCarriers: (addresses) => stack.spareCarriers(addresses),
    prices: priceListFrom(config.costs),
    trunkChanges: {
      store: new TrunkChangesFile(join(config.dataDirectory, "trunk-changes.json")),
      rules: { read: (given, others) => readTrunk(given, others, config) },
    },
    media: createCallMedia(media, new PromptFiles()),
    store,
    handlings: new HandlingFile(config.dataDirectory),
    journaling: journal.timed(store),
    gatherMs: busyGatherMs,
    memory,
    clock: systemClock,
    ids,
    log,
  });
  media.onEvent((event) => {
    if (event.type === "media-lost") systemClock.after(byeGraceMs, () => box.mediaFailed(event.legId));
    if (event.type === "media-moved") box.mediaMoved(event.callId);
    if (event.type === "dtmf-received") box.keyPressed(event.legId, event.digit);
    if (event.type === "text-received") box.textReceived(event.legId, event.text);
    if (event.type === "key-to-signal") void sip.sendKey(event.legId, event);
    if (event.type === "announcement-ended") box.announcementEnded(event.legId);
  });
  try {
    await box.start();
  } catch (error) {
    await box.close();
    throw error;
  }
  return box;
}

async function openApi({ config, log, stack, media, box, sip, store, memory }: Parts & { box: OfficeBox }) {
  return startApi({
    options: apiOptionsFrom(config, stack.webSocket),
    commands: box.commands,
    desk: box.desk,
    handlings: box.handlings,
    recalls: box.recalls,
    texts: box.texts,
    accounts: box.accounts,
    queries: box.queries,
    trunks: box.trunks,
    figures: box.figures,
    trunkAdministration: box.trunkAdministration,
    stopNotices: box.stopNotices,
    traces: createCallTraces({
      queries: box.queries,
      legBook: sip.legBook,
      trace: (query) => stack.trace(query),
      nameOf: peerNames(config),
    }),
    reports: officeReports(
      { ...box.queries, monthlyTotals: () => store.retained.monthlyTotals() },
      priceListFrom(config.costs),
    ),
    health: async () => ({ ...box.health(), media: await media.health() }),
    signer: await openTokenKey(config.dataDirectory),
    memory,
    clock: systemClock,
    ids: createRandomIds(),
    log,
  });
}
