/**
 * Codes that operators dial on a desk phone, in the one table that there is. Where European networks have a code for a service it is theirs (ETS 300 738): `*` asks for it, `#` takes it
 * back, the extension or login stands after another `*`, and a `#` ends it, which many phones keep for themselves and may be missing.
 *   *37*202#   call back when 202 is free        *37#   the colleague found busy last        #37#   wait for nobody any more        *8*202   take the call that rings at 202's
 */
import type { OperatorId } from "../call/ids.ts";
import type { CallHandling } from "./call-handling.ts";

type Wish = "on" | "off";
export type FeatureCommand =
  /** `user` null: on, the colleague found busy last; off, everybody. */
  | { kind: "recall"; wish: Wish; user: string | null }
  /** `user` null: no longer. */
  | { kind: "forward"; when: "always" | "busy" | "noAnswer"; user: string | null }
  | { kind: "do-not-disturb"; wish: Wish }
  | { kind: "call-waiting"; wish: Wish }
  | { kind: "pick-up"; user: string };

type Reader = (wish: Wish, user: string | null) => FeatureCommand | null;

const forward =
  (when: "always" | "busy" | "noAnswer"): Reader =>
  (wish, user) =>
    (wish === "on") === (user !== null) ? { kind: "forward", when, user } : null;
const plain =
  (kind: "do-not-disturb" | "call-waiting"): Reader =>
  (wish, user) =>
    user === null ? { kind, wish } : null;

const codes: Readonly<Record<string, Reader>> = {
  "37": (wish, user) => ({ kind: "recall", wish, user }),
  "21": forward("always"),
  "67": forward("busy"),
  "61": forward("noAnswer"),
  "26": plain("do-not-disturb"),
  "43": plain("call-waiting"),
  // Every exchange has its own for this one.
  "8": (wish, user) => (wish === "on" && user !== null ? { kind: "pick-up", user } : null),
};

/** What was dialled begins like a code; no extension, number or office does. */
export function isFeatureCode(dialled: string): boolean {
  return /^[*#]/.test(dialled);
}

/** Null: no such code, or not used like this. */
export function readFeatureCode(dialled: string): FeatureCommand | null {
  const [, sign = "", code = "", user = null] = /^([*#])(\d{1,2})(?:\*([a-z0-9._-]{1,64}))?#?$/i.exec(dialled) ?? [];
  const reader = Object.hasOwn(codes, code) ? codes[code] : undefined;
  return reader?.(sign === "*" ? "on" : "off", user) ?? null;
}

/** Seconds a call rings before it is forwarded for want of an answer. */
const usualRingSeconds = 20;

/** What the operator wants with the calls of colleagues after this code. */
export function handlingAfter(
  handling: CallHandling,
  command: Extract<FeatureCommand, { kind: "forward" | "do-not-disturb" | "call-waiting" }>,
  operatorId: OperatorId | null,
): CallHandling {
  switch (command.kind) {
    case "do-not-disturb":
      return { ...handling, doNotDisturb: command.wish === "on" };
    case "call-waiting":
      return { ...handling, callWaiting: command.wish === "on" };
    case "forward": {
      const target = operatorId === null ? null : ({ kind: "operator", operatorId } as const);
      if (command.when !== "noAnswer") return { ...handling, [command.when]: target };
      const afterSeconds = handling.noAnswer?.afterSeconds ?? usualRingSeconds;
      return { ...handling, noAnswer: target === null ? null : { target, afterSeconds } };
    }
  }
}
