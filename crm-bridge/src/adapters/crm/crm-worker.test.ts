import { afterEach, expect, test } from "vitest";
import type { CrmTask, QueuedTask } from "../../application/ports.ts";
import type { Connector, CrmComment, CrmResult } from "../../connectors/connector.ts";
import { startCrmWorker } from "./crm-worker.ts";

const comment: QueuedTask<CrmTask> = {
  taskId: 7,
  lane: "41",
  task: { kind: "comment", localTicketId: "41", text: "Trasferito a «Tributi»." },
  attempts: 0,
};
const workers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
});

/** A worker over one task, and what became of it. */
function workOn(queued: QueuedTask<CrmTask>, answer: CrmResult<null>) {
  const written: CrmComment[] = [];
  const warnings: string[] = [];
  const settled = Promise.withResolvers<{ done: number } | { later: number; pauseMs: number }>();
  const tasks = [queued];
  const connector = {
    addComment: (_id: string, one: CrmComment) => {
      written.push(one);
      return Promise.resolve(answer);
    },
  } as Partial<Connector> as Connector;
  const worker = startCrmWorker({
    connector,
    due: () => tasks,
    done: (taskId) => {
      tasks.length = 0;
      settled.resolve({ done: taskId });
    },
    later: (taskId, pauseMs) => {
      tasks.length = 0;
      settled.resolve({ later: taskId, pauseMs });
    },
    log: { info: () => undefined, warn: (_fields, message) => warnings.push(message), error: () => undefined },
  });
  workers.push(worker);
  worker.wake();
  return { written, warnings, settled: settled.promise };
}

test("a task that comes again after a crash has the same comment id; another one has its own", async () => {
  const before = workOn(comment, { ok: true, value: null });
  expect(await before.settled).toEqual({ done: 7 });
  const after = workOn(comment, { ok: true, value: null });
  await after.settled;
  const other = workOn({ ...comment, taskId: 8 }, { ok: true, value: null });
  await other.settled;
  const [first, again, another] = [before, after, other].map(({ written }) => written[0]?.commentId);
  expect(first).toMatch(/^[0-9a-f]{20}$/);
  expect(again).toBe(first);
  expect(another).not.toBe(first);
});

/** Pauses are spread by a quarter, so that tasks do not come back all together. */
function within(settled: object, pauseMs: number): boolean {
  return "pauseMs" in settled && Math.abs(Number(settled.pauseMs) - pauseMs) <= pauseMs / 4;
}

test("while the CRM is away a task waits longer and longer, up to half a minute, and says so once", async () => {
  const away = { ok: false, reason: "unavailable", detail: "down" } as const;
  const first = workOn(comment, away);
  expect(within(await first.settled, 1_000)).toBe(true);
  expect(first.warnings).toHaveLength(1);
  const tenth = workOn({ ...comment, attempts: 9 }, away);
  expect(within(await tenth.settled, 30_000)).toBe(true);
  expect(tenth.warnings).toHaveLength(0);
});

test("what the CRM refuses for good is dropped with a warning, so that its lane goes on", async () => {
  const refused = workOn({ ...comment, attempts: 3 }, { ok: false, reason: "rejected", detail: "no such ticket" });
  expect(await refused.settled).toEqual({ done: 7 });
  expect(refused.warnings).toHaveLength(1);
});
