/** Recognises a process that was written down earlier: a pid alone may belong to somebody else by now. */
import { readFileSync } from "node:fs";

export type ProcessMark = { pid: number; startedAt: string | null };

export function markOf(pid: number): ProcessMark {
  return { pid, startedAt: startTimeOf(pid) };
}

/** Whether that very process still runs. */
export function isStillRunning(mark: ProcessMark): boolean {
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    // EPERM: it runs, under another user.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  if (mark.startedAt === null) return true;
  return startTimeOf(mark.pid) === mark.startedAt;
}

/** Start time in clock ticks since boot (proc(5), field 22); null for a zombie and where there is no /proc. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may hold spaces: count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
