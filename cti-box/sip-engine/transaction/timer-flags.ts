/** The timers' words on the command line, in milliseconds. */
import type { TimerOptions } from "./timers.ts";

export const timerFlags = {
  t1: { type: "string" },
  t2: { type: "string" },
  t4: { type: "string" },
  t1x64: { type: "string" },
  "timer-c": { type: "string" },
} as const;

const optionOf = { t1: "t1Ms", t2: "t2Ms", t4: "t4Ms", t1x64: "timeoutMs", "timer-c": "timerCMs" } as const;

/** What is no number becomes NaN, which the check of the options tells about together with everything else. */
export function timersFrom(values: Partial<Record<keyof typeof timerFlags, string>>): TimerOptions {
  const timers: TimerOptions = {};
  for (const [flag, option] of Object.entries(optionOf)) {
    const text = values[flag as keyof typeof timerFlags];
    if (text !== undefined) timers[option] = text.trim() === "" ? Number.NaN : Number(text);
  }
  return timers;
}
