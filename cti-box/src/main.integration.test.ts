/** The box as a program: what it prints, and the exit codes that the programs around it rely on. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { storeOfTheRun } from "../testing/test-store.ts";

const running = new Set<ChildProcess>();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "la2-box-"));
});
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
  rmSync(folder, { recursive: true });
});

type Ended = { code: number | null; signal: string | null; errors: string };

function start(words: string[]): { child: ChildProcess; output: () => string; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [new URL("main.ts", import.meta.url).pathname, ...words], {
    env: { PATH: process.env["PATH"] ?? "", NODE_OPTIONS: process.env["NODE_OPTIONS"] ?? "" },
  });
  running.add(child);
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, errors }));
  return { child, output: () => output, ended };
}

function config(change: object = {}): string {
  const file = join(folder, "office.json");
  const office = {
    office: { officeId: "x_test1", label: "Comune Uno" },
    sip: { domain: "uno.example", contacts: ["sip:127.0.0.1:0;transport=udp,tcp", "sip:127.0.0.1:0;transport=ws"] },
    queues: [{ queueId: "urp", label: "URP" }],
    operators: [{ login: "anna", displayName: "Anna", extension: "201", password: "password of anna" }],
    api: { listen: { port: 0 } },
    dataDirectory: "data",
    ...storeOfTheRun(),
    ...change,
  };
  writeFileSync(file, JSON.stringify(office));
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer().listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

it.each(["SIGTERM", "SIGINT"] as const)(
  "says where it is reached, ends with 0 on %s although a page's line is open, and leaves nothing behind",
  async (signal) => {
    const metrics = { port: await freePort() };
    const { child, output, ended } = start(["--config", config({ metrics }), "--ready-json"]);
    await expect.poll(output, { timeout: 60_000 }).toMatch(/^\{.*\}\n$/);
    const ready = JSON.parse(output()) as { ready: boolean; url: string; oneTimeLinks: Record<string, string> };
    expect(ready).toMatchObject({
      ready: true,
      oneTimeLinks: { anna: expect.stringContaining(`${ready.url}/#code=`) },
    });
    const oneTimeCode = new URL(ready.oneTimeLinks["anna"] ?? "").hash.replace("#code=", "");
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ oneTimeCode });
    const { status } = await fetch(`${ready.url}/api/sessions`, { method: "POST", headers, body });
    expect(status).toBe(201);
    const page = await (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text();
    expect(page).toContain("\nla2_media_server_up 1\n");
    expect(page).toContain('la2_queue_waiting_calls{queue="urp"} 0');
    const line = new WebSocket(`${ready.url.replace("http", "ws")}/api/operator-channel`);
    await once(line, "open");
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 0, signal: null });
    const server = createServer().listen({ host: "127.0.0.1", port: Number(new URL(ready.url).port) });
    await once(server, "listening");
    server.close();
  },
);

it("lists every problem of the configuration and ends with 2", async () => {
  const file = config({ colour: "red", queues: [], api: { listen: { port: -1 } } });
  const { code, errors } = await start(["--config", file]).ended;
  expect(code).toBe(2);
  expect(errors).toContain(`${file}: 3 problems\n`);
  for (const key of ["colour: unknown key", "queues: ", "api.listen.port: "]) expect(errors).toContain(`\n  ${key}`);
  expect(errors).not.toContain("    at ");
});

it.each([
  [[], "--config FILE is needed"],
  [["--config"], "node cti-box/src/main.ts --config FILE"],
  [["--colour", "red"], "node cti-box/src/main.ts --config FILE"],
  [["--config", "/nowhere/office.yaml"], "/nowhere/office.yaml: 1 problem\n  cannot be read (ENOENT)"],
])("called with %j, says what it wants and ends with 2", async (words, wanted) => {
  const { code, errors } = await start(words).ended;
  expect(code).toBe(2);
  expect(errors).toContain(wanted);
});

it.each(["api", "sip"])("a port that is in use, of the %s, is named; ends with 1 and nothing left", async (which) => {
  const taken = createServer().listen({ host: "127.0.0.1", port: 0 });
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const contacts = ["sip:127.0.0.1:0;transport=ws", `sip:127.0.0.1:${port};transport=tcp`];
  const change = which === "api" ? { api: { listen: { port } } } : { sip: { domain: "uno.example", contacts } };
  const { code, errors } = await start(["--config", config(change)]).ended;
  taken.close();
  expect(code).toBe(1);
  expect(errors).toContain(`127.0.0.1:${port}`);
  expect(errors).not.toContain("    at ");
});
