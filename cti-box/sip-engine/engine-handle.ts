/** A running engine as its owner holds it, and what the two say to each other where it runs in a worker thread or a process of its own. */
import type { LogLevel } from "./log.ts";
import { emptySnapshot, type ProtectionSnapshot } from "./protection/protection.ts";
import type { TraceAnswer, TraceQuery } from "./trace/traced-call.ts";
import type { EngineLoad } from "./user-agent/engine-core.ts";

export type SipEngineHandle = {
  /** Where applications connect; the TLS port when the plain one is closed. */
  admin: { host: string; port: number };
  /** Where they connect over TLS; null: nowhere. */
  adminTls: { host: string; port: number } | null;
  /** Listening addresses with their real ports: `udp/127.0.0.1:5060`. */
  contacts: string[];
  /** Port of `watch.metrics`; null: there is none. */
  metricsPort: number | null;
  /** What the engine holds now. */
  load(): Promise<EngineLoad>;
  /** Messages of calls, where they are kept (`watch.trace`). */
  trace(query: TraceQuery): Promise<TraceAnswer>;
  /** Who is banned now, and what was refused by reason since the start. */
  protection(): Promise<ProtectionSnapshot>;
  /** The limits for strangers spare these addresses and networks from now on, and no others (`protection.trusted`). */
  trust(networks: readonly string[]): void;
  /** Resolves when the engine is gone: closed by us (null) or for a reason of its own. */
  closed: Promise<Error | null>;
  close(): Promise<void>;
};

export type EngineFacts = Pick<SipEngineHandle, "admin" | "adminTls" | "contacts" | "metricsPort">;

export type FromEngine =
  | ({ kind: "started" } & EngineFacts)
  | { kind: "not-started"; message: string }
  | { kind: "load"; load: EngineLoad }
  | { kind: "trace"; id: number; answer: TraceAnswer }
  | { kind: "protection"; protection: ProtectionSnapshot }
  | { kind: "log"; level: LogLevel; message: string; fields: Record<string, string | number> };
export type ToEngine =
  | { kind: "load" }
  | { kind: "protection" }
  | { kind: "trust"; networks: readonly string[] }
  | { kind: "trace"; id: number; query: TraceQuery }
  | { kind: "close" };

/** The owner's end of the way to an engine that runs elsewhere. */
export type EngineChannel = {
  say(message: ToEngine): void;
  /** Returns the way to stop listening. */
  onMessage(listener: (message: FromEngine) => void): () => void;
  /** Resolves when the engine is gone. */
  gone: Promise<Error | null>;
};

/** The engine's end: answers whatever its owner asks but `close`. */
export function answerOwner(engine: SipEngineHandle, asked: ToEngine, say: (message: FromEngine) => void): void {
  if (asked.kind === "load") void engine.load().then((load) => say({ kind: "load", load }));
  if (asked.kind === "trace") {
    const { id, query } = asked;
    void engine.trace(query).then((answer) => say({ kind: "trace", id, answer }));
  }
  if (asked.kind === "trust") engine.trust(asked.networks);
  if (asked.kind === "protection")
    void engine.protection().then((protection) => say({ kind: "protection", protection }));
}

/** The owner's handle of an engine at the other end of the channel. Questions to an engine that is gone have empty answers. */
export function handleOver(channel: EngineChannel, facts: EngineFacts): SipEngineHandle {
  let questions = 0;
  const ask = async (question: ToEngine, isAnswer: (message: FromEngine) => boolean): Promise<FromEngine | null> => {
    const answer = messageOf(channel, isAnswer);
    channel.say(question);
    const first = await Promise.race([answer, channel.gone]);
    return first !== null && "kind" in first ? first : null;
  };
  return {
    admin: facts.admin,
    adminTls: facts.adminTls,
    contacts: facts.contacts,
    metricsPort: facts.metricsPort,
    closed: channel.gone,
    load: async () => {
      const message = await ask({ kind: "load" }, ({ kind }) => kind === "load");
      return message?.kind === "load" ? message.load : { transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 };
    },
    trace: async (query) => {
      questions += 1;
      const id = questions;
      const message = await ask({ kind: "trace", id, query }, (one) => one.kind === "trace" && one.id === id);
      return message?.kind === "trace" ? message.answer : { state: "off" };
    },
    protection: async () => {
      const message = await ask({ kind: "protection" }, ({ kind }) => kind === "protection");
      return message?.kind === "protection" ? message.protection : emptySnapshot();
    },
    trust: (networks) => channel.say({ kind: "trust", networks }),
    close: async () => {
      channel.say({ kind: "close" });
      await channel.gone;
    },
  };
}

/** The next message that is meant; never, if the engine ends before: race it against its end. */
export function messageOf(
  channel: Pick<EngineChannel, "onMessage">,
  isMeant: (message: FromEngine) => boolean,
): Promise<FromEngine> {
  return new Promise((resolve) => {
    const stop = channel.onMessage((message) => {
      if (!isMeant(message)) return;
      stop();
      resolve(message);
    });
  });
}
