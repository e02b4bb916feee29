/** Everything that the fuzzer is let loose on, by name. */
import type { FuzzTarget } from "./fuzz-target.ts";

export const targets = {
  messages: async () => (await import("./targets/messages.ts")).messages(),
  "header-values": async () => (await import("./targets/header-values.ts")).headerValues(),
  "stream-framing": async () => (await import("./targets/framing.ts")).streamFraming(),
  "control-framing": async () => (await import("./targets/framing.ts")).controlFraming(),
  "dns-replies": async () => (await import("./targets/dns-replies.ts")).dnsReplies(),
  "handler-answers": async () => (await import("./targets/handler-answers.ts")).handlerAnswers(),
  "engine-sip": async () => (await import("./targets/running-engine.ts")).engineSip(),
  "engine-control": async () => (await import("./targets/running-engine.ts")).engineControl(),
  "engine-websocket": async () => (await import("./targets/running-engine.ts")).engineWebSocket(),
} satisfies Record<string, () => Promise<FuzzTarget>>;

export type TargetName = keyof typeof targets;

export const isTargetName = (name: string): name is TargetName => Object.hasOwn(targets, name);
