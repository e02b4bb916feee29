/** Works off what the office's CRM still has to be told: comments and states, in order per ticket, again later while the CRM is away. */
import { createHash } from "node:crypto";
import { retryPauseMs } from "../../application/retry-pause.ts";
import type { CrmTask, Log, QueuedTask } from "../../application/ports.ts";
import type { Connector } from "../../connectors/connector.ts";

const sweepMs = 500;
const pauses = { firstMs: 1_000, longestMs: 30_000 };

export function startCrmWorker(parts: {
  connector: Connector;
  due(): QueuedTask<CrmTask>[];
  done(taskId: number): void;
  later(taskId: number, pauseMs: number): void;
  log: Log;
}): { wake(): void; close(): Promise<void> } {
  const running = new Map<number, Promise<void>>();
  let phase: "open" | "closed" = "open";
  const work = async ({ taskId, task, attempts }: QueuedTask<CrmTask>): Promise<void> => {
    const { connector } = parts;
    const result =
      task.kind === "comment"
        ? await connector.addComment(task.localTicketId, { commentId: commentIdOf(taskId, task), text: task.text })
        : await connector.setStatus(task.localTicketId, task.status);
    if (phase === "closed") return;
    if (result.ok || result.reason === "rejected") parts.done(taskId);
    else parts.later(taskId, retryPauseMs(pauses, attempts, Math.random()));
    if (result.ok) return;
    // While the CRM is away one line per task says it, not one per attempt.
    if (result.reason === "rejected" || attempts === 0)
      parts.log.warn({ task: task.kind, reason: result.reason, detail: result.detail }, "the CRM did not take it");
  };
  const sweep = (): void => {
    if (phase === "closed") return;
    for (const queued of parts.due()) {
      if (running.has(queued.taskId)) continue;
      running.set(
        queued.taskId,
        work(queued)
          .catch((error: unknown) => parts.log.error({ error: String(error) }, "a CRM task failed"))
          .finally(() => {
            running.delete(queued.taskId);
            setImmediate(sweep);
          }),
      );
    }
  };
  const timer = setInterval(sweep, sweepMs);
  return {
    wake: () => setImmediate(sweep),
    close: async () => {
      phase = "closed";
      clearInterval(timer);
      await Promise.allSettled(running.values());
    },
  };
}

/** Same task, same id, also after a restart; a fresh store that counts its tasks from one again does not repeat ids of other comments. */
function commentIdOf(taskId: number, task: Extract<CrmTask, { kind: "comment" }>): string {
  return createHash("sha256")
    .update(JSON.stringify([taskId, task.localTicketId, task.text]))
    .digest("hex")
    .slice(0, 20);
}
