/** `la2 records` against a real API over an office with fakes at its other edges. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiScene, serviceSecret } from "../../cti-box/testing/api-scene.ts";
import { anna } from "../../cti-box/testing/office-scene.ts";
import { officeConfig } from "../office/office-config.ts";
import { runLa2 } from "./la2-process.ts";

let scene: ApiScene;
let folder = "";
let file = "";
beforeAll(async () => {
  scene = await ApiScene.open();
  folder = mkdtempSync(join(tmpdir(), "la2-records-"));
  file = join(folder, "office.json");
  const config = officeConfig({
    officeId: "x_test1",
    address: "127.0.0.1",
    carrierAddress: "127.0.0.2",
    operators: ["anna"],
  });
  const listen = { host: "127.0.0.1", port: Number(new URL(scene.api.url).port) };
  const crmBridge = { url: "http://127.0.0.1:9", serviceSecret };
  writeFileSync(file, JSON.stringify({ ...config, api: { listen }, crmBridge, dataDirectory: join(folder, "data") }));
  const { office } = scene;
  office.signIn(anna);
  const caller = await office.call();
  await office.answer("anna");
  office.clock.move(42_000);
  office.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await office.settle();
});
afterAll(async () => {
  await scene.close();
  rmSync(folder, { recursive: true, force: true });
});

async function la2(...words: string[]): Promise<{ code: number | null; words: string }> {
  const run = runLa2([...words, "--config", file]);
  return { code: await run.ended, words: run.words() };
}

test("records are a table with the number masked", async () => {
  const { code, words } = await la2("records");
  expect([code, words]).toEqual([
    0,
    expect.stringMatching(/\+39333123\*{4} +urp +0 s +42 s +pstn\+on-net +- +caller-hung-up \(16\)\n\n1 call\.\n/),
  ]);
});

test("records as CSV are what the box gives, with the filters in the words of the command line", async () => {
  const { code, words } = await la2(
    "records",
    "--csv",
    "--tariff",
    "pstn",
    "--from",
    "2023-11-14",
    "--to",
    "2023-11-15",
  );
  expect(code).toBe(0);
  expect(words.split("\r\n")).toHaveLength(3);
  expect(words).toContain(",+393331234567,");
  expect((await la2("records", "--from", "2023-11-16")).words).toBe("No call fits.\n");
});

test("the report tells the minutes kept on-net and what they would have cost", async () => {
  const { code, words } = await la2("report", "--from", "2023-11-14", "--to", "2023-11-15");
  expect(code).toBe(0);
  expect(words).toMatch(/^Office x_test1, 2023-11-14 00:00:00 to 2023-11-16 00:00:00\n/);
  expect(words).toMatch(/to other offices, on-net +0 calls +0\.0 min  0\.00 EUR\n/);
  expect(words).toMatch(/from carriers +1 calls +0\.7 min\n/);
  expect(words).toContain("No transfer between offices was paid for.");
});

test("what does not fit is told in words", async () => {
  expect(await la2("records", "--tariff", "free")).toEqual({
    code: 1,
    words: expect.stringContaining("\n  --tariff: "),
  });
  expect(await la2("records", "--from", "yesterday")).toEqual({
    code: 1,
    words: "yesterday is no day such as 2026-11-26 and no moment such as 2026-11-26T10:30\n",
  });
});
