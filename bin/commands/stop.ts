/** `la2 stop`: ends a playground that runs elsewhere, or what an earlier run left behind. */
import { setTimeout as delay } from "node:timers/promises";
import { killGroup } from "../programs/child-program.ts";
import { isStillRunning, type ProcessMark } from "../programs/process-mark.ts";
import { playgroundDirectory } from "../playground/folders.ts";
import { findEarlierRun, removeRunRecord } from "../playground/run-record.ts";
import { say } from "./words.ts";

const ownerDeadlineMs = 30_000;
const programDeadlineMs = 8_000;

export async function stop(basePort: number): Promise<number> {
  const directory = playgroundDirectory(basePort);
  const earlier = findEarlierRun(directory);
  switch (earlier.kind) {
    case "none":
      say("No playground runs here.");
      return 0;
    case "running":
      process.kill(earlier.record.owner.pid, "SIGTERM");
      if (!(await isGoneWithin(earlier.record.owner, ownerDeadlineMs))) {
        say(
          `Process ${earlier.record.owner.pid} does not stop. End it with: kill -9 ${earlier.record.owner.pid}   and run this again.`,
        );
        return 1;
      }
      say("The playground has stopped.");
      return 0;
    case "half-stopped":
      await Promise.all(earlier.left.map(endProgram));
      removeRunRecord(directory);
      say(`Ended: ${earlier.left.map(({ name }) => name).join(", ")}.`);
      return 0;
  }
}

async function endProgram(program: ProcessMark): Promise<void> {
  process.kill(program.pid, "SIGTERM");
  if (!(await isGoneWithin(program, programDeadlineMs))) killGroup(program.pid);
}

async function isGoneWithin(mark: ProcessMark, deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  while (isStillRunning(mark)) {
    if (Date.now() > deadline) return false;
    await delay(50);
  }
  return true;
}
