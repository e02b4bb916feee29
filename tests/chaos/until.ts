/** Waits for what a busy office will do, and says why when it does not. */
import { setTimeout as delay } from "node:timers/promises";

export async function until(isSo: () => boolean | Promise<boolean>, withinMs: number, why: string): Promise<void> {
  if (!(await becomes(isSo, withinMs))) throw new Error(why);
}

/** Whether it became so in time. */
export async function becomes(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const endMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) return false;
    await delay(20);
  }
  return true;
}
