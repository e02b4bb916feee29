import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { playgroundDirectory } from "../../bin/playground/folders.ts";
import { findPortProblems, neededPorts } from "../../bin/playground/free-ports.ts";
import { boxUrl } from "../../bin/playground/office-config.ts";
import type { RunRecord } from "../../bin/playground/run-record.ts";
import { isStillRunning } from "../../bin/programs/process-mark.ts";
import { freeBasePort, type La2Process, runLa2 } from "./la2-process.ts";

let basePort = 0;
const started: La2Process[] = [];

function la2(...words: string[]): La2Process {
  const process = runLa2([...words, "--port", String(basePort)]);
  started.push(process);
  return process;
}

function record(): RunRecord {
  return JSON.parse(readFileSync(join(playgroundDirectory(basePort), "running.json"), "utf8")) as RunRecord;
}

async function startPlayground(): Promise<La2Process> {
  basePort = await freeBasePort();
  const playground = la2("start");
  await playground.says("Ctrl-C stops everything");
  return playground;
}

afterEach(async () => {
  await la2("stop").ended;
  for (const process of started.splice(0)) process.signal("SIGKILL");
  rmSync(playgroundDirectory(basePort), { recursive: true, force: true });
});

test("a started playground answers a citizen's call, and Ctrl-C leaves no process and no port behind", async () => {
  const playground = await startPlayground();
  const { plan, programs } = record();

  for (const office of plan.offices) {
    const status = (await (await fetch(`${boxUrl(office)}/api/status`)).json()) as object;
    expect(status).toMatchObject({ status: "ok", office: { officeId: office.officeId } });
    expect(playground.words()).toContain(`${boxUrl(office)}/#code=`);
    expect((await fetch(boxUrl(office))).status).toBe(200);
  }
  const citizen = la2("citizen", "--seconds", "3");
  expect(await citizen.ended).toBe(0);
  expect(citizen.words()).toContain("the office has taken the call");
  expect(citizen.words()).toContain("hears hold music");
  const ladder = la2("ladder");
  expect(await ladder.ended).toBe(0);
  // The citizen hung up in the queue: her leg is all there is, with the names of the configuration.
  expect(ladder.words()).toMatch(/Simulated carrier +x_test1/);
  for (const arrow of ["── INVITE", "◀─ 200 OK", "── ACK", "── BYE", "◀─ 200 OK (BYE)"])
    expect(ladder.words()).toContain(arrow);
  const messages = la2("ladder", "--last", "--verbose");
  expect(await messages.ended).toBe(0);
  expect(messages.words()).toContain("sip:+39069…00@");
  expect(messages.words()).not.toContain("+393315550123");
  expect(programs.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["hub", "box-x_test1", "box-x_test2", "bridge-x_test1", "bridge-x_test2"]),
  );

  playground.signal("SIGINT");
  expect(await playground.ended).toBe(0);
  expect(programs.filter(isStillRunning)).toEqual([]);
  expect(await findPortProblems(neededPorts(plan, true))).toEqual([]);
  expect(existsSync(join(playgroundDirectory(basePort), "running.json"))).toBe(false);
});

test("a call to a number of nobody is refused in words, and a second playground on the same ports says what to do", async () => {
  await startPlayground();

  const citizen = la2("citizen", "--to", "+390600000000");
  expect(await citizen.ended).toBe(1);
  expect(citizen.words()).toContain("the office answered 404");

  const second = la2("start");
  expect(await second.ended).toBe(1);
  expect(second.words()).toContain("runs already");
  expect(second.words()).toContain(`npm run la2 -- stop --port ${basePort}`);
});

test("a program that dies is named with its last lines, and everything stops", async () => {
  const playground = await startPlayground();
  const { programs } = record();
  const hub = programs.find(({ name }) => name === "hub");

  process.kill(hub?.pid ?? 0, "SIGKILL");

  expect(await playground.ended).toBe(1);
  expect(playground.words()).toContain("hub ended by itself (signal SIGKILL)");
  expect(playground.words()).toContain("TUPA hub on");
  expect(programs.filter(isStillRunning)).toEqual([]);
});

test("after la2 itself was killed, a start names what still runs and stop ends it", async () => {
  const playground = await startPlayground();
  const { programs } = record();
  playground.signal("SIGKILL");
  await playground.ended;

  const again = la2("start");
  expect(await again.ended).toBe(1);
  expect(again.words()).toContain("half stopped");
  for (const { name, pid } of programs) expect(again.words()).toContain(`${name} (process ${pid})`);

  const stop = la2("stop");
  expect(await stop.ended).toBe(0);
  expect(programs.filter(isStillRunning)).toEqual([]);
});

test("a port in use is named with its purpose and the way out, and nothing is started", async () => {
  basePort = await freeBasePort();
  const other = createServer();
  other.listen(basePort + 2, "127.0.0.1");
  await once(other, "listening");
  try {
    const playground = la2("start");
    expect(await playground.ended).toBe(1);
    expect(playground.words()).toContain(`TCP 127.0.0.1:${basePort + 2} is in use by another program`);
    expect(playground.words()).toContain("it is for: tickets of URP Comune di Prova");
    expect(playground.words()).toContain(`--port ${basePort + 100}`);

    const doctor = la2("doctor");
    expect(await doctor.ended).toBe(1);
    expect(doctor.words()).toContain(`PROBLEM tickets of URP Comune di Prova: TCP 127.0.0.1:${basePort + 2} is in use`);
  } finally {
    other.close();
  }
});

test("a media server that is named and not there is told before anything is started", async () => {
  basePort = await freeBasePort();
  const playground = runLa2(["start", "--port", String(basePort)], { LA2_RTPENGINE: `127.0.0.1:${basePort}` });
  expect(await playground.ended).toBe(1);
  expect(playground.words()).toContain(`rtpengine at 127.0.0.1:${basePort} does not answer`);
  expect(playground.words()).toContain("unset LA2_RTPENGINE");
});

test("Ctrl-C during the start leaves no process behind", async () => {
  basePort = await freeBasePort();
  const playground = la2("start");
  await expect
    .poll(() => existsSync(join(playgroundDirectory(basePort), "running.json")), { timeout: 30_000 })
    .toBe(true);
  const { programs } = record();
  playground.signal("SIGINT");
  expect(await playground.ended).toBe(0);
  expect(programs.length).toBeGreaterThan(0);
  expect(programs.filter(isStillRunning)).toEqual([]);
  expect(existsSync(join(playgroundDirectory(basePort), "running.json"))).toBe(false);
});

test("without a playground a citizen's call says how to start one", async () => {
  basePort = await freeBasePort();
  const citizen = la2("citizen");
  expect(await citizen.ended).toBe(1);
  expect(citizen.words()).toContain(`npm start -- --port ${basePort}`);
});

test("a demo without a browser says what to install", async () => {
  const demo = runLa2(["demo"], { LA2_CHROMIUM: "/nowhere/chromium" });
  expect(await demo.ended).toBe(1);
  expect(demo.words()).toContain("apt install chromium");
});

test("wrong words on the command line end with 2", async () => {
  basePort = await freeBasePort();
  expect(await runLa2(["start", "--port", "many"]).ended).toBe(2);
  expect(await runLa2(["nonsense"]).ended).toBe(2);
  expect(await runLa2(["--help"]).ended).toBe(0);
});
