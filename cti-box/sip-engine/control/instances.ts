/**
 * Applications that come back (an extension of the control protocol; plain `drachtio-srf` uses it by its tags alone).
 *
 *   instance:NAME      whoever authenticates with it owns the dialogs and running transactions of the earlier connection of that name
 *   run:ID             the same run of the program: its unanswered requests go on too. Another run, or none told: they end with 503 or
 *                      CANCEL, because their handlers died with the earlier run
 *   calls:end-with-me  no waiting: when the connection closes, its calls are hung up (also without a name)
 *
 *   present ─connection closed─▶ absent: frames are held ─same name authenticates─▶ present: told its dialogs, then what was held
 *      ▲ a second connection of that name takes over      └ nobody comes in time, or too much to hold ─▶ calls are hung up, 503, CANCEL ─▶ gone
 */
import { randomUUID } from "node:crypto";
import { noBody } from "../message/sip-message.ts";
import type { Context } from "../user-agent/context.ts";
import { endDialogsOf, endTransactionsOf, hasWork } from "../user-agent/owner-gone.ts";
import type { Application } from "./applications.ts";
import { largestSize, type Frame } from "./frame.ts";

const instanceTag = "instance:";
const runTag = "run:";
export const endWithMe = "calls:end-with-me";
const largestHeldBytes = 8 * 1024 * 1024;
/** Numbers left free for what the next connection writes before the held frames. */
const spareNumbers = 1_024;

/** A connection, as far as an instance has to do with it. */
export interface Connection extends Application {
  readonly written: number;
  /** Its frames go on from this number. */
  continueFrom(frameNumber: number): void;
  /** Another connection took its place. */
  displaced(): void;
}

type Held = { frame: Frame; apartFrom: number };
/** `unread`: the latest frames that the application has not reacted to yet. They may have got lost with its connection. */
type Presence =
  | { kind: "present"; connection: Connection; unread: Unread[] }
  | {
      kind: "absent";
      unread: Unread[];
      held: Held[];
      bytes: number;
      /** Number of the last frame that went to the connection. */
      delivered: number;
      deadline: NodeJS.Timeout;
    };

type Unread = { frame: Frame; number: number };

/** Of frames that may be lost the last ones are kept: more than an application leaves unread in a moment. */
const largestUnread = 256;
const noRoutes: ReadonlySet<string> = new Set();

class Instance implements Application {
  readonly name: string;
  readonly #overflowed: () => void;
  run: string | null;
  presence: Presence;

  constructor(name: string, first: { connection: Connection; run: string | null; overflowed: () => void }) {
    this.name = name;
    this.run = first.run;
    this.presence = { kind: "present", connection: first.connection, unread: [] };
    this.#overflowed = first.overflowed;
  }

  get routes(): ReadonlySet<string> {
    return this.presence.kind === "present" ? this.presence.connection.routes : noRoutes;
  }

  get tags(): readonly string[] {
    return this.presence.kind === "present" ? this.presence.connection.tags : [];
  }

  get isSlow(): boolean {
    return this.presence.kind === "absent" || this.presence.connection.isSlow;
  }

  send(frame: Frame): void {
    this.tell(frame);
  }

  tell(frame: Frame, apartFrom = 0): number {
    const { presence } = this;
    if (presence.kind === "present") {
      const number = presence.connection.tell(frame, apartFrom);
      if (presence.unread.push({ frame, number }) > 2 * largestUnread) presence.unread.splice(0, largestUnread);
      return number;
    }
    presence.held.push({ frame, apartFrom });
    presence.bytes += largestSize(frame);
    const number = presence.delivered + spareNumbers + presence.held.length;
    if (presence.bytes > largestHeldBytes) queueMicrotask(this.#overflowed);
    return number;
  }

  hasRead(frameNumber: number): void {
    if (this.presence.kind === "absent") return;
    const { connection, unread } = this.presence;
    connection.hasRead(frameNumber);
    const firstUnread = unread.findIndex(({ number }) => number > frameNumber);
    unread.splice(0, firstUnread === -1 ? unread.length : firstUnread);
  }
}

/** The dialog that this frame tells the end of; null: of none. */
function dialogEndedBy({ meta, message }: Frame): string | null {
  if (message?.head.startsWith("BYE ") !== true) return null;
  const dialogId = meta.split("|")[9] ?? "";
  return dialogId === "" ? null : dialogId;
}

export class Instances {
  readonly #context: Context;
  readonly #absenceMs: number;
  readonly #known = new Map<string, Instance>();
  #state: "open" | "closed" = "open";

  constructor(context: Context, absenceMs: number) {
    this.#context = context;
    this.#absenceMs = absenceMs;
  }

  /** Instances that are waited for. */
  get absent(): number {
    let count = 0;
    for (const instance of this.#known.values()) if (instance.presence.kind === "absent") count += 1;
    return count;
  }

  /** The connection has authenticated, and has been told so. Whoever acts for it from now on: itself, or the instance that it names. */
  attach(connection: Connection): Application {
    const name = connection.tags.find((tag) => tag.startsWith(instanceTag));
    if (name === undefined) return this.attachNameless(connection);
    const run = connection.tags.find((tag) => tag.startsWith(runTag)) ?? null;
    const known = this.#known.get(name);
    if (known !== undefined) {
      this.#comeBack(known, connection, run);
      return known;
    }
    const overflowed = (): void => this.#giveUp(name, "more happened than could be kept for the application");
    const instance = new Instance(name, { connection, run, overflowed });
    this.#known.set(name, instance);
    this.#context.applications.add(instance);
    return instance;
  }

  /** For connections that the engine made, one for each request: none of them stands for the application as a whole. */
  attachNameless(connection: Connection): Application {
    this.#context.applications.add(connection);
    return connection;
  }

  /** The connection is closed; `application` is what `attach` returned for it. */
  detach(connection: Connection, application: Application): void {
    const instance = this.#state === "open" ? this.#known.get(application.name) : undefined;
    if (instance === undefined || connection.tags.includes(endWithMe)) return this.#over(connection, application);
    if (instance.presence.kind === "absent" || instance.presence.connection !== connection) return undefined;
    if (this.#absenceMs === 0 || !hasWork(this.#context, instance.name)) return this.#over(connection, instance);
    this.#context.applications.unrouteAll(instance);
    const deadline = setTimeout(
      () => this.#giveUp(instance.name, "the application did not come back"),
      this.#absenceMs,
    ).unref();
    const { unread } = instance.presence;
    instance.presence = { kind: "absent", unread, held: [], bytes: 0, delivered: connection.written, deadline };
    this.#context.log.write("warn", "an application is away; its calls wait for it", { instance: instance.name });
    return undefined;
  }

  /** The engine ends: nobody is waited for any more. Callers of absent ones hear 503. */
  close(): void {
    this.#state = "closed";
    for (const { name, presence } of this.#known.values()) {
      if (presence.kind === "present") continue;
      clearTimeout(presence.deadline);
      endTransactionsOf(this.#context, name);
    }
    this.#known.clear();
  }

  /** Gone for good: nothing is kept for it. */
  #over(connection: Connection, application: Application): void {
    const instance = this.#known.get(application.name);
    // Another connection acts under that name by now.
    if (instance?.presence.kind === "present" && instance.presence.connection !== connection) return;
    this.#known.delete(application.name);
    this.#context.applications.remove(application.name);
    endTransactionsOf(this.#context, application.name);
    if (this.#state === "closed") return;
    const which = connection.tags.includes(endWithMe) ? "all" : "unacknowledged";
    endDialogsOf(this.#context, application.name, { reason: "the application is gone", which });
  }

  #giveUp(name: string, reason: string): void {
    const instance = this.#known.get(name);
    if (instance?.presence.kind !== "absent") return;
    clearTimeout(instance.presence.deadline);
    this.#known.delete(name);
    this.#context.applications.remove(name);
    this.#context.log.write("warn", "calls of an absent application are ended", { instance: name, reason });
    endTransactionsOf(this.#context, name);
    endDialogsOf(this.#context, name, { reason, which: "all" });
  }

  #comeBack(instance: Instance, connection: Connection, run: string | null): void {
    const { presence } = instance;
    const delivered = presence.kind === "absent" ? presence.delivered : presence.connection.written;
    const held = presence.kind === "absent" ? presence.held : [];
    if (presence.kind === "absent") clearTimeout(presence.deadline);
    else this.#context.applications.unrouteAll(instance);
    instance.presence = { kind: "present", connection, unread: [] };
    if (presence.kind === "present") presence.connection.displaced();
    const isSameRun = run !== null && run === instance.run;
    instance.run = run;
    // A hang-up that the earlier run may not have read is news for whoever comes next.
    const hangUps = presence.unread.filter(({ frame }) => dialogEndedBy(frame) !== null);
    if (!isSameRun) {
      const kept = new Set(hangUps.map((unread) => unread.number));
      endTransactionsOf(this.#context, instance.name, { upTo: delivered, but: kept });
      endDialogsOf(this.#context, instance.name, { reason: "the application was restarted", which: "unfinished" });
    }
    const ended = [...hangUps, ...held].flatMap(({ frame }) => dialogEndedBy(frame) ?? []);
    connection.tell(this.#dialogsFrame(instance.name, ended));
    // The same run gets again what it may not have read: twice does no harm, a BYE that got lost would.
    for (const { frame } of isSameRun ? presence.unread : hangUps) connection.tell(frame);
    connection.continueFrom(delivered + spareNumbers);
    for (const { frame, apartFrom } of held) instance.tell(frame, apartFrom);
  }

  /**
   * A reply that quotes the instance instead of a command: how many dialogs are its own, and which. `drachtio-srf` ignores it. `ended`: those whose end it is told next.
   */
  #dialogsFrame(name: string, ended: readonly string[]): Frame {
    const up = this.#context.dialogs.ofOwner(name).map(({ id }) => id);
    const ids = [...new Set([...up, ...ended])];
    const head = ids.map((id) => `${id}\r\n`).join("");
    return { meta: `${randomUUID()}|response|${name}|OK|${ids.length}`, message: { head, body: noBody } };
  }
}
