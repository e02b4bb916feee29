/**
 * A database that is locked by another program, or whose disk is full, while citizens call: the calls go on, and what they were is written when the
 * database can be written again. The database and its faults are real; phones and media are not.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, OfficeScene } from "../../../testing/office-scene.ts";
import { openSqliteCallStore } from "./sqlite-call-store.ts";
import { hangUp, losesNoStep, retried, talking } from "./store-faults.contract.ts";
import type { OfficeStore } from "../../application/ports.ts";

let folder = "";
const path = (): string => join(folder, "calls.sqlite");
const open = async (): Promise<OfficeStore> => openSqliteCallStore(path());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "la2-fault-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a database that another program has locked loses no step, and never holds up the box", async () => {
  let other: DatabaseSync | null = null;
  const delay = monitorEventLoopDelay({ resolution: 10 });
  await losesNoStep({
    open,
    trouble: "locked",
    begins: async () => {
      other = new DatabaseSync(path());
      other.exec("BEGIN IMMEDIATE");
      delay.enable();
    },
    ends: async () => {
      delay.disable();
      other?.exec("ROLLBACK");
      other?.close();
    },
  });
  expect(delay.max / 1e6).toBeLessThan(1_000);
});

test("when the memory is used up, new calls are refused with 503 and those in progress end as they should", async () => {
  const scene = await OfficeScene.openWithSpill(await open(), { entries: 4, bytes: 1e6 });
  scene.signIn(anna);
  const caller = await talking(scene);
  const other = new DatabaseSync(path());
  other.exec("BEGIN IMMEDIATE");
  const { commands } = scene.box;
  for (let turn = 0; turn < 3; turn += 1) {
    await commands.hold(scene.lastCallId(), anna);
    await commands.resume(scene.lastCallId(), anna);
  }
  expect(scene.sip.invite(scene.invite())).toMatchObject({ kind: "refused", status: 503 });
  await hangUp(scene, caller);
  expect(scene.box.health()).toMatchObject({ callsInProgress: 0, callsWithLeftovers: 0 });
  other.exec("ROLLBACK");
  other.close();
  await retried(scene);
  expect(scene.sip.invite(scene.invite())).toEqual({ kind: "accepted" });
  expect((await scene.store.records({ limit: 1 }))[0]).toMatchObject({ endCause: "caller-hung-up" });
  await scene.box.close();
});

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)("a disk that is full", () => {
  beforeEach(() => execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]));
  afterEach(() => execFileSync("umount", ["-l", folder]));
  const ballast = (part: number): string => join(folder, `ballast${part}`);

  /** To the last block. */
  async function fill(): Promise<void> {
    for (let part = 0, size = 256 * 1024; size >= 4_096; part += 1) {
      try {
        writeFileSync(ballast(part), Buffer.alloc(size));
      } catch {
        size /= 2;
      }
    }
  }

  test("loses no step once there is room again", async () => {
    const ends = async (): Promise<void> => {
      for (let part = 0; part < 100; part += 1) rmSync(ballast(part), { force: true });
    };
    await losesNoStep({ open, trouble: "full", begins: fill, ends });
  });
});
