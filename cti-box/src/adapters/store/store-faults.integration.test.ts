/**
 * A database that is locked by another program, or whose disk is full, while citizens call: the calls go on, and what they were is written when the
 * database can be written again. The database and its faults are real; phones and media are not.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, officeSettings, OfficeScene } from "../../../testing/office-scene.ts";
import { openSqliteCallStore } from "./sqlite-call-store.ts";
import type { LegId } from "../../domain/call/ids.ts";

let folder = "";
let scene: OfficeScene;

const open = async (): Promise<void> => {
  scene = await OfficeScene.open(officeSettings(), openSqliteCallStore(join(folder, "calls.sqlite")));
  scene.signIn(anna);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "la2-fault-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A citizen calls, and Anna answers. */
async function talking(): Promise<LegId> {
  const caller = await scene.call();
  await scene.answer("anna");
  return caller;
}

async function hangUp(caller: LegId): Promise<void> {
  scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await scene.settle();
}

/** The journal tries again by its clock, which the tests move. */
async function retried(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    scene.clock.move(5_000);
    await scene.settle();
  }
}

/** Calls before, over and within the time of the fault; what the store says afterwards is what they would have said without one. */
async function callsAround(fault: { begins(): void; ends(): void }, trouble: string): Promise<void> {
  const first = await talking();
  const seenBefore = scene.events.length;
  fault.begins();
  await hangUp(first);
  expect(scene.box.desk.presenceOf(anna)).toBe("available");
  const second = await talking();
  expect(scene.sip.done.join()).toContain(`answer-leg ${second}`);
  await hangUp(second);
  const third = await talking();
  expect(scene.box.health()).toMatchObject({ callsInProgress: 1, journal: { ok: false, trouble } });
  expect(scene.log.messages("error")).toEqual([
    "the journal cannot be written: calls go on, their steps are kept in memory",
  ]);
  // Followers are told when it is durable.
  expect(scene.events).toHaveLength(seenBefore);
  fault.ends();
  await retried();
  expect(scene.box.health().journal).toEqual({ ok: true });
  await hangUp(third);
  await scene.box.close();
  const store = openSqliteCallStore(join(folder, "calls.sqlite"));
  expect((await store.records({ limit: 10 })).map(({ endCause, legs }) => [endCause, legs.length])).toEqual(
    [first, second, third].map(() => ["caller-hung-up", 2]),
  );
  const written = await store.eventsAfter(0, 1_000);
  expect(written).toEqual(scene.events);
  expect(written.map(({ cursor }) => cursor)).toEqual(written.map((_event, index) => index + 1));
  expect(await store.unfinishedCalls()).toEqual([]);
  await store.close();
}

describe("a database that another program has locked", () => {
  test("loses no step, and never holds up the box", async () => {
    await open();
    const other = new DatabaseSync(join(folder, "calls.sqlite"));
    const delay = monitorEventLoopDelay({ resolution: 10 });
    await callsAround(
      {
        begins: () => {
          other.exec("BEGIN IMMEDIATE");
          delay.enable();
        },
        ends: () => {
          delay.disable();
          other.exec("ROLLBACK");
          other.close();
        },
      },
      "locked",
    );
    expect(delay.max / 1e6).toBeLessThan(1_000);
  });
});

test("when the memory is used up, new calls are refused with 503 and those in progress end as they should", async () => {
  const path = join(folder, "calls.sqlite");
  scene = await OfficeScene.openWithSpill(openSqliteCallStore(path), { entries: 4, bytes: 1e6 });
  scene.signIn(anna);
  const caller = await talking();
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const { commands } = scene.box;
  for (let turn = 0; turn < 3; turn += 1) {
    await commands.hold(scene.lastCallId(), anna);
    await commands.resume(scene.lastCallId(), anna);
  }
  expect(scene.sip.invite(scene.invite())).toMatchObject({ kind: "refused", status: 503 });
  await hangUp(caller);
  expect(scene.box.health()).toMatchObject({ callsInProgress: 0, callsWithLeftovers: 0 });
  other.exec("ROLLBACK");
  other.close();
  await retried();
  expect(scene.sip.invite(scene.invite())).toEqual({ kind: "accepted" });
  expect((await scene.store.records({ limit: 1 }))[0]).toMatchObject({ endCause: "caller-hung-up" });
  await scene.box.close();
});

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)("a disk that is full", () => {
  beforeEach(() => execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]));
  afterEach(() => execFileSync("umount", ["-l", folder]));

  test("loses no step once there is room again", async () => {
    await open();
    const ballast = join(folder, "ballast");
    const fill = (): void => {
      for (let part = 0, size = 256 * 1024; size >= 4096; part += 1) {
        try {
          writeFileSync(`${ballast}${part}`, Buffer.alloc(size));
        } catch {
          size /= 2;
        }
      }
    };
    await callsAround(
      {
        begins: fill,
        ends: () => {
          for (let part = 0; part < 100; part += 1) {
            try {
              unlinkSync(`${ballast}${part}`);
            } catch {
              // Not so many were needed.
            }
          }
        },
      },
      "full",
    );
  });
});
