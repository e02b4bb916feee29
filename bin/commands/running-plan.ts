/** The plan of the playground that runs now, for the commands that need one. */
import type { PlaygroundPlan } from "../playground/plan.ts";
import { findEarlierRun } from "../playground/run-record.ts";
import { portOption } from "./words.ts";

/** The command needs a playground that runs; the message says how to start one. */
export class NoPlayground extends Error {}

/** Throws {@link NoPlayground}. */
export function runningPlan(directory: string, basePort: number): PlaygroundPlan {
  const earlier = findEarlierRun(directory);
  const port = portOption(basePort);
  if (earlier.kind === "running" && earlier.record.state === "running") return earlier.record.plan;
  if (earlier.kind === "running") throw new NoPlayground("The playground is still starting: try again in a moment.");
  throw new NoPlayground(
    `No playground runs${port === "" ? "" : ` on port ${basePort}`}. Start one in another terminal:  npm start${port === "" ? "" : ` --${port}`}`,
  );
}
