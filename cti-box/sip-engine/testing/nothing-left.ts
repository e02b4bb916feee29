/** The end of a test that leaves an engine behind: nothing of any call stays in it. */
import { expect } from "vitest";
import type { SipEngineHandle } from "../engine.ts";

/** Resolves when the engine holds no transaction, dialog or registration any more; fails when it still does after `timeout` milliseconds. */
export async function nothingLeftIn(
  engine: Pick<SipEngineHandle, "load">,
  within: { timeout: number; interval?: number },
): Promise<void> {
  await expect
    .poll(() => engine.load(), within)
    .toEqual({ transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 });
}
