/** The engine as a process of its own: its owner comes and goes, it stays, and it does not stay for ever. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSipEngineProcess, type EngineProcess } from "./open-engine-process.ts";

let folder: string;
let recordFile: string;
const opened: EngineProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "la2-engine-"));
  recordFile = join(folder, "sip-engine.json");
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((engine) => engine.close()));
  rmSync(folder, { recursive: true });
});

const options = { admin: { host: "127.0.0.1", port: 0 }, contacts: ["sip:127.0.0.1:0;transport=udp"] };

async function open(change: Partial<typeof options> = {}, orphanedMs?: number): Promise<EngineProcess> {
  const engine = await openSipEngineProcess(
    { ...options, ...change },
    { recordFile, ...(orphanedMs !== undefined && { orphanedMs }) },
  );
  opened.push(engine);
  return engine;
}

test("a second owner finds the engine of the first one, and the first one is told that it is not its own any more", async () => {
  const first = await open();
  expect(first.wasRunning).toBe(false);
  const second = await open();
  expect(second).toMatchObject({
    wasRunning: true,
    contacts: first.contacts,
    admin: first.admin,
    secret: first.secret,
  });
  expect(await first.closed).toBeNull();
  expect(await second.load()).toMatchObject({ dialogs: 0 });
  expect(await second.trace({ numbers: "masked", find: "last" })).toEqual({ state: "off" });
});

test("an owner with other contacts gets a new engine in the place of the old one", async () => {
  const first = await open();
  const contact = first.contacts[0]?.replace("udp/", "sip:") ?? "";
  // The very port of the old one, written in another way: it has to be free by then.
  const second = await open({ contacts: [contact] });
  expect(second.wasRunning).toBe(false);
  expect(second.contacts).toContain(first.contacts[0]);
});

test("nobody but the owner of the record file may speak to it", async () => {
  await open();
  expect(statSync(recordFile).mode & 0o077).toBe(0);
  const { ownerPort } = JSON.parse(readFileSync(recordFile, "utf8")) as { ownerPort: number };
  const stranger = connect(ownerPort, "127.0.0.1");
  stranger.write(`${JSON.stringify({ secret: "a guess" })}\n${JSON.stringify({ kind: "close" })}\n`);
  await once(stranger, "close");
  expect(await (await open()).load()).toMatchObject({ dialogs: 0 });
});

test("without an owner it ends by itself, and closing it leaves no record", async () => {
  const first = await open({}, 200);
  const { ownerPort } = JSON.parse(readFileSync(recordFile, "utf8")) as { ownerPort: number };
  first.leave();
  await first.closed;
  await expect.poll(() => isRefused(ownerPort), { timeout: 5_000 }).toBe(true);
  const second = await open();
  expect(second.wasRunning).toBe(false);
  await second.close();
  expect(existsSync(recordFile)).toBe(false);
});

test("an address that cannot be opened is named", async () => {
  await expect(open({ contacts: ["sip:192.0.2.1:5060;transport=udp"] })).rejects.toThrow("192.0.2.1");
});

async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const refused = await Promise.race([
    once(socket, "connect").then(() => false),
    once(socket, "error").then(() => true),
  ]).catch(() => true);
  socket.destroy();
  return refused;
}
