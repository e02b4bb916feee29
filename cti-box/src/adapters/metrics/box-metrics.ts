/**
 * Measurements of the box for Prometheus, put together when somebody asks; what happens in between is counted from the public events. Labels are
 * states, causes, and names of the configuration: nothing that a caller could make up, and nothing about a person.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Histogram, writeFamily, type Family, type Sample } from "../../../sip-engine/engine.ts";
import type { PublicCallEvent } from "../../domain/call/call-view.ts";
import type { CallQueries, JournalHealth, OfficeFiguresQueries, TrunkQueries } from "../../application/use-cases.ts";
import type { MediaHealth } from "../../application/media-port.ts";
import { LabelledCounter } from "./labelled-counter.ts";
import { mediaFamilies } from "./media-families.ts";
import { callFamilies, queueFamilies } from "./call-families.ts";
import { counter, gauge } from "./family.ts";
import type { JournalTiming } from "./journal-timing.ts";
import { trunkFamilies } from "./trunk-families.ts";

type TransferEvent = Extract<PublicCallEvent, { type: "call-transfer-requested" }>;

export type BoxMetricsParts = {
  queries: Pick<CallQueries, "onEvent" | "lastCursor">;
  figures: OfficeFiguresQueries;
  trunks: TrunkQueries;
  journal: JournalTiming;
  /** Programs that follow the events, and how many events the slowest of them has not been sent yet. */
  followers(lastCursor: number): { count: number; largestLag: number };
  health(): Promise<{ callsWithLeftovers: number; journal: JournalHealth; media: Omit<MediaHealth, "detail"> }>;
};

const resolutionMs = 10;
/** Seconds until a citizen is answered. */
const waitBounds = [5, 10, 20, 30, 60, 120, 300, 600, 1_200];

/** Labels of a transfer that has just been. */
function waysOf({ target, mode }: Pick<TransferEvent, "target" | "mode">): [string, string] {
  return [target.kind, mode ?? "blind"];
}

export class BoxMetrics {
  readonly #parts: BoxMetricsParts;
  readonly #started = new LabelledCounter("direction");
  readonly #ended = new LabelledCounter("direction", "cause");
  readonly #transfersAsked = new LabelledCounter("target", "mode");
  readonly #transfers = new LabelledCounter("target", "mode", "outcome");
  readonly #waits = new Histogram(waitBounds);
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #stopListening: () => void;
  /** Of the last event heard. */
  #lastCursor = 0;

  constructor(parts: BoxMetricsParts) {
    this.#parts = parts;
    this.#delay.enable();
    this.#stopListening = parts.queries.onEvent((event) => this.#count(event));
  }

  /** The whole page. */
  async write(): Promise<string> {
    const { figures, trunks, journal } = this.#parts;
    const now = figures.now();
    const { callsWithLeftovers, media, journal: writing } = await this.#parts.health();
    const families = [
      ...callFamilies(now),
      counter("la2_calls_started_total", "Calls that began.", this.#started.samples()),
      counter("la2_calls_ended_total", "Calls that ended, by why.", this.#ended.samples()),
      counter("la2_transfers_requested_total", "Transfers asked for.", this.#transfersAsked.samples()),
      counter("la2_transfers_total", "Transfers by what became of them.", this.#transfers.samples()),
      ...queueFamilies(now),
      ...trunkFamilies(trunks),
      ...mediaFamilies(media),
      ...(await this.#eventFamilies()),
      counter("la2_calls_with_leftovers_total", "Calls that ended and left something open: a bug.", callsWithLeftovers),
      gauge("la2_journal_up", "Whether the store takes the journal.", writing.ok ? 1 : 0),
      gauge("la2_journal_waiting_steps", "Steps of calls kept in memory for it.", writing.ok ? 0 : writing.waiting),
      ...journal.families(),
      ...this.#processFamilies(),
    ];
    const waits = this.#waits.write("la2_answer_wait_seconds", "From a citizen's call until the first answer.");
    return families.map(writeFamily).join("") + waits + journal.histogram();
  }

  close(): void {
    this.#stopListening();
    this.#delay.disable();
  }

  #count(event: PublicCallEvent): void {
    const { direction, answeredAtMs, startedAtMs } = event.call;
    this.#lastCursor = event.cursor;
    if (event.type === "call-offered") this.#started.add(direction);
    if (event.type === "call-ended") this.#ended.add(direction, event.endCause);
    if (event.type === "call-transfer-requested") this.#transfersAsked.add(...waysOf(event));
    if (event.type === "call-transferred") this.#transfers.add(...waysOf(event), "transferred");
    if (event.type === "call-transfer-failed") this.#transfers.add(...waysOf(event), event.cause);
    if (event.type === "call-answered" && direction === "in" && answeredAtMs === event.atMs)
      this.#waits.observe((answeredAtMs - startedAtMs) / 1_000);
  }

  async #eventFamilies(): Promise<Family[]> {
    // A store that cannot be read makes no page unreadable.
    const lastCursor = await this.#parts.queries.lastCursor().catch(() => this.#lastCursor);
    const { count, largestLag } = this.#parts.followers(lastCursor);
    return [
      gauge("la2_events_last_cursor", "Cursor of the last event.", lastCursor),
      gauge("la2_event_followers", "Programs that follow the events now.", count),
      gauge("la2_event_lag_events", "Events that the slowest of them has not been sent yet.", largestLag),
    ];
  }

  /** Names as all Prometheus clients have them; of the whole process, the engine's thread included. */
  #processFamilies(): Family[] {
    const { user, system } = process.cpuUsage();
    const delays: Sample[] = Object.entries({ median: 50, p99: 99, longest: 100 }).map(([of, percentile]) => ({
      labels: { of },
      // Before the first tick there is nothing to tell.
      value: this.#delay.count > 0 ? Math.max(0, this.#delay.percentile(percentile) / 1e9 - resolutionMs / 1e3) : 0,
    }));
    this.#delay.reset();
    return [
      counter("process_cpu_seconds_total", "Processor time of the process.", (user + system) / 1e6),
      gauge("process_resident_memory_bytes", "Memory of the process.", process.memoryUsage.rss()),
      gauge("process_start_time_seconds", "When it started, seconds since the epoch.", performance.timeOrigin / 1e3),
      gauge("la2_event_loop_delay_seconds", "How late the box's own thread ran since this was read last.", delays),
    ];
  }
}
