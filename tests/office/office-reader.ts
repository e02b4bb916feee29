/** What an office's program tells over its API: events, records, status. Waits are for events, with a deadline. */
import { callRecordPageSchema, eventPageSchema, sipTraceSchema, trunkListSchema } from "@la2-cti/cti-box/contracts";
import { serviceSecret } from "./office-config.ts";
import type { CallEvent, CallRecord, SipTrace, TrunkView } from "@la2-cti/cti-box/contracts";

export class OfficeReader {
  private readonly url: string;
  private cursor = 0;
  private readonly seen: CallEvent[] = [];

  constructor(url: string) {
    this.url = url;
  }

  /** Reads on at a box that was started again. */
  at(url: string): OfficeReader {
    const reader = new OfficeReader(url);
    reader.cursor = this.cursor;
    return reader;
  }

  async records(): Promise<CallRecord[]> {
    return callRecordPageSchema.parse(await this.get("/api/call-records?limit=500")).items;
  }

  /** Page after page. */
  async allRecords(): Promise<CallRecord[]> {
    const found: CallRecord[] = [];
    for (let after = ""; ;) {
      const page = callRecordPageSchema.parse(await this.get(`/api/call-records?limit=500${after}`));
      found.push(...page.items);
      if (page.nextAfter === null) return found;
      after = `&after=${page.nextAfter}`;
    }
  }

  /** What passed of a call, where the office keeps a trace. */
  async trace(callId: string): Promise<SipTrace["items"][number] | undefined> {
    const trace = sipTraceSchema.parse(await this.get(`/api/sip-trace?call=${callId}`));
    return trace.items.find((item) => item.callId === callId);
  }

  /** The trunk once its carrier is found to be so. */
  async trunk(trunkId: string, state: "up" | "down"): Promise<TrunkView> {
    return this.trunkWhere(trunkId, ({ health }) => health?.state === state);
  }

  /** The office's registration at the carrier once it is so. */
  async registration(trunkId: string, state: "registered" | "failed"): Promise<NonNullable<TrunkView["registration"]>> {
    const { registration } = await this.trunkWhere(trunkId, (trunk) => trunk.registration?.state === state);
    if (registration === null) throw new Error("no registration");
    return registration;
  }

  private async trunkWhere(
    trunkId: string,
    holds: (trunk: TrunkView) => boolean,
    deadlineMs = 20_000,
  ): Promise<TrunkView> {
    const endMs = Date.now() + deadlineMs;
    for (;;) {
      const { items } = trunkListSchema.parse(await this.get("/api/trunks"));
      const found = items.find((each) => each.trunkId === trunkId);
      if (found !== undefined && holds(found)) return found;
      if (Date.now() > endMs) throw new Error(`trunk ${trunkId} is not so: ${JSON.stringify(found)}`);
      // The state is read, not pushed: a short breath between two looks.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async callsInProgress(): Promise<number> {
    return ((await this.get("/api/status")) as { callsInProgress: number }).callsInProgress;
  }

  /** Everything that ever happened. */
  async allEvents(): Promise<CallEvent[]> {
    while (await this.readMore());
    return this.seen.splice(0);
  }

  /** The next event of that type, passed already or still to come; earlier ones of other types stay. */
  async event<T extends CallEvent["type"]>(type: T, deadlineMs = 15_000): Promise<Extract<CallEvent, { type: T }>> {
    const endMs = Date.now() + deadlineMs;
    for (;;) {
      const index = this.seen.findIndex((event) => event.type === type);
      const found = index === -1 ? undefined : this.seen.splice(index, 1)[0];
      if (found !== undefined) return found as Extract<CallEvent, { type: T }>;
      if (Date.now() > endMs) throw new Error(`no ${type}; seen ${this.seen.map((event) => event.type).join(", ")}`);
      await this.readMore();
    }
  }

  /** What happened so far belongs to an earlier call. */
  async startAfresh(): Promise<void> {
    while (await this.readMore());
    this.seen.length = 0;
  }

  private async readMore(): Promise<boolean> {
    const page = eventPageSchema.parse(await this.get(`/api/events?after=${this.cursor}&limit=500`));
    this.seen.push(...page.items);
    this.cursor = page.nextCursor;
    // The page is read, not pushed: a short breath between two looks.
    if (page.items.length === 0) await new Promise((resolve) => setTimeout(resolve, 25));
    return page.items.length > 0;
  }

  private async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${serviceSecret}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
