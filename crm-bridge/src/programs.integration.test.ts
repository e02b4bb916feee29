/** Hub and bridge as programs: ready line, health, faults of the configuration, a port in use, a clean stop. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bridgeProgram, ChildProgram, hubProgram, runToEnd } from "../testing/child-program.ts";
import { serviceSecret, startFakeBox, type FakeBox } from "../testing/fake-box.ts";
import { openDesk } from "../testing/operator-desk.ts";
import { until } from "../testing/until.ts";
import { createOfficeKeys } from "./tupa/contract/office-tokens.ts";

let folder: string;
let box: FakeBox;
let config: Record<string, unknown>;
let hubConfig: Record<string, unknown>;
const running: ChildProgram[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "la2-programs-"));
  box = await startFakeBox("x_test1");
  const [hubKeys, keys] = [await createOfficeKeys(), await createOfficeKeys()];
  config = {
    office: { officeId: "x_test1", label: "Comune di Prova" },
    listen: { host: "127.0.0.1", port: 0 },
    box: { url: box.url, serviceSecret },
    // Nobody listens there: a bridge runs without its hub.
    hub: { url: "http://127.0.0.1:9", privateKey: keys.privateKey, hubKey: hubKeys.publicKey },
    dataDirectory: "x_test1",
  };
  hubConfig = {
    listen: { port: 0 },
    dataDirectory: "hub",
    privateKey: hubKeys.privateKey,
    offices: [{ officeId: "x_test1", label: "A", endpoint: "http://127.0.0.1:9", publicKey: keys.publicKey }],
  };
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.kill()));
});
afterAll(async () => {
  await box.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(program: string, name: string, content: object): Promise<ChildProgram> {
  const child = new ChildProgram(program, join(folder, `${name}.json`), content);
  running.push(child);
  await child.start();
  return child;
}

describe("a program that is told to stop", () => {
  test("the bridge ends with 0, with an operator's channel open and the hub away", async () => {
    const bridge = await start(bridgeProgram, "bridge", config);
    const status = await until("the bridge follows the box", async () => {
      const answer = (await (await fetch(`${bridge.url}/api/status`)).json()) as { status: string; box: string };
      return answer.box === "following" ? answer : null;
    });
    expect(status).toMatchObject({ status: "ok", pendingTasks: 0 });
    const desk = await openDesk(bridge.url, await box.tokenOf("anna"));
    const end = await bridge.stop();
    desk.close();
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(end.stderr).not.toMatch(/"level":50|Error/);
  });

  test("the hub ends with 0", async () => {
    const hub = await start(hubProgram, "hub", hubConfig);
    expect((await fetch(`${hub.url}/tupa/v1/status`)).status).toBe(200);
    expect(await hub.stop()).toMatchObject({ code: 0, signal: null });
  });
});

describe("a configuration with faults", () => {
  test("all of the bridge's are listed with their keys, and the exit code is 2", async () => {
    const file = join(folder, "faulty.yaml");
    writeFileSync(
      file,
      "office: {officeId: 'X TEST', label: ''}\nlisten: {port: 70000}\nbox: {url: nowhere, serviceSecret: short}\ncolour: red\n",
    );
    const { code, stderr } = await runToEnd(bridgeProgram, ["--config", file]);
    expect(code).toBe(2);
    for (const key of [
      "office.officeId",
      "office.label",
      "listen.port",
      "box.url",
      "box.serviceSecret",
      "dataDirectory",
      "colour",
    ])
      expect(stderr).toContain(key);
    expect(stderr).toContain("7 problems");
    expect(stderr).not.toContain("    at ");
  });

  test.each([
    ["a file that is not there", ["--config", "/nowhere/at-all.json"], "cannot be read (ENOENT)"],
    ["no file named", [], "--config FILE is needed"],
    ["an option that does not exist", ["--colour"], "--colour"],
  ])("%s: exit code 2", async (_case, args, words) => {
    const { code, stderr } = await runToEnd(hubProgram, args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

test.each([
  ["bridge", bridgeProgram, () => config],
  ["hub", hubProgram, () => hubConfig],
])("a %s whose port is taken says so and ends with 1", async (name, program, base) => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const file = join(folder, `${name}-taken.json`);
  writeFileSync(
    file,
    JSON.stringify({ ...base(), dataDirectory: `${name}-taken`, listen: { host: "127.0.0.1", port } }),
  );
  const { code, stderr } = await runToEnd(program, ["--config", file]);
  server.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`EADDRINUSE: address already in use 127.0.0.1:${port}`);
});
