import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InvalidOfficeFile, readOfficeFile } from "../../bin/office/read-office-file.ts";
import { projectDirectory } from "../../bin/playground/folders.ts";
import { answersOk } from "../../bin/programs/child-program.ts";
import { freeBasePort, runLa2 } from "./la2-process.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "la2-office-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function officeFile(text: string): string {
  const file = join(folder, "office.yaml");
  writeFileSync(file, text);
  return file;
}

test("the example file of an office is a right one", () => {
  const file = readOfficeFile(join(projectDirectory, "bin/office/example-office.yaml"), {}, () => "s".repeat(32));
  expect(file.box.office.officeId).toBe("c_example");
  expect(file.bridge?.box).toEqual({ url: "https://urp.comune.example", serviceSecret: "s".repeat(32) });
  expect(file.box.crmBridge).toEqual({ url: "http://127.0.0.1:8081", serviceSecret: "s".repeat(32) });
});

test("every problem of an office's file is listed at once, with its key, and the exit code is 2", async () => {
  const file = officeFile(`
office: { officeId: "C!", label: x }
sip: { domain: a.example, contacts: ["sip:127.0.0.51:7060;transport=udp"] }
queues: []
numbers: [{ number: "06", queueId: zz }]
api: { listen: { port: 7080 } }
bridge: { listen: { port: 99999 }, colour: blue }
dataDirectory: ./data
`);
  const la2 = runLa2(["office", "--config", file]);
  expect(await la2.ended).toBe(2);
  for (const key of [
    "office.officeId",
    "numbers[0].number",
    "queues",
    "sip.contacts",
    "bridge.listen.port",
    "bridge.colour",
  ]) {
    expect(la2.words()).toContain(`  ${key}: `);
  }
  expect(la2.words()).toContain("6 problems");
});

test("a file that cannot be parsed is told by its line", () => {
  const file = officeFile("office: { officeId: a\nsip: [");
  expect(() => readOfficeFile(file, {})).toThrow(InvalidOfficeFile);
  expect(() => readOfficeFile(file, {})).toThrow(/line 2/);
});

test("an office starts from one file with its tickets under /crm, keeps its secrets to itself, and stops when asked", async () => {
  const port = await freeBasePort();
  const file = officeFile(`
office: { officeId: c_good, label: Good }
sip: { domain: a.example, contacts: ["sip:127.0.0.51:${port};transport=udp,tcp", "sip:127.0.0.51:${port + 1};transport=ws"] }
queues: [{ queueId: urp, label: URP }]
operators: [{ login: anna, displayName: Anna, extension: "201", password: a-long-password }]
api: { listen: { port: ${port} } }
bridge: {}
dataDirectory: ./data
`);
  const la2 = runLa2(["office", "--config", file]);
  await la2.says("bridge of Good on");
  expect(await answersOk(`http://127.0.0.1:${port}/api/status`)).toBe(true);
  expect(await answersOk(`http://127.0.0.1:${port}/crm/api/status`)).toBe(true);
  expect(statSync(join(folder, "data/service-secret")).mode & 0o077).toBe(0);
  expect(statSync(join(folder, "data/run/box.json")).mode & 0o077).toBe(0);
  la2.signal("SIGTERM");
  expect(await la2.ended).toBe(0);
  expect(await answersOk(`http://127.0.0.1:${port}/api/status`)).toBe(false);
});
