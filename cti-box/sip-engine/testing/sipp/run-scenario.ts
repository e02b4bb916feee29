/** Runs one scenario of sipp, the caller's or the callee's side of a call through the engine, to its end. */
import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Scenario = {
  name: string;
  /** `address:port` that the first request goes to; none for a callee. */
  target?: string;
  /** Where everything is sent instead, whatever the messages say: a relay. */
  through?: string;
  port: number;
  /** `udp-each`: a socket of its own for each call. */
  transport?: "udp" | "udp-each" | "tcp";
  service?: string;
  calls?: number;
  perSecond?: number;
  pauseMs?: number;
  /** On a bad network a message may come late, twice or after the one that followed it: it is passed over. A BYE is repeated for 32 s, and not taken for a new call. */
  network?: "good" | "bad";
  /** After how long sipp sends again what was not answered; default 100. */
  againMs?: number;
  /** After that long it is ended and counts as failed; default 60. */
  deadlineSeconds?: number;
};

export type ScenarioResult = { code: number | null; successful: number; failed: number; report: string };

const sippTransports = { udp: "u1", "udp-each": "un -max_socket 1000", tcp: "t1" } as const;

const deadlineSeconds = 60;
/** sipp ends itself that much earlier, so that it still writes what was missing. */
const earlierSeconds = 20;

export const hasSipp = spawnSync("sipp", ["-v"]).error === undefined;

/** A port that was free a moment ago, for UDP and for TCP. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const socket = createSocket("udp4");
    const isFree = once(socket, "listening").then(
      () => true,
      () => false,
    );
    socket.bind(port, "127.0.0.1");
    const found = await isFree;
    socket.close();
    server.close();
    await once(server, "close");
    if (found) return port;
  }
}

/** sipp's exit code is 0 when every call went as the scenario says, 1 when at least one did not. */
export async function runScenario(scenario: Scenario): Promise<ScenarioResult> {
  const folder = mkdtempSync(join(tmpdir(), "sip-engine-sipp-"));
  const { target, through, calls = 1, perSecond = 20, pauseMs = 100 } = scenario;
  const file = join(folder, "scenario.xml");
  const text = readFileSync(new URL(`${scenario.name}.xml`, import.meta.url), "utf8");
  writeFileSync(file, text.replaceAll('retrans="100"', `retrans="${scenario.againMs ?? 100}"`));
  const { service = "200" } = scenario;
  const seconds = scenario.deadlineSeconds ?? deadlineSeconds;
  const words =
    `-sf ${file} -i 127.0.0.1 -p ${scenario.port} -t ${sippTransports[scenario.transport ?? "udp"]} -s ${service} -m ${calls} -r ${perSecond} -d ${pauseMs} -l 1000 -nostdin -nd -timeout ${seconds - earlierSeconds}s -timeout_error -default_behaviors all,-bye${scenario.network === "bad" ? ",-abortunexp -deadcall_wait 90000" : ""} -trace_err -error_file ${folder}/errors -trace_stat -stf ${folder}/stat`.split(
      " ",
    );
  if (target !== undefined) words.unshift(target);
  if (through !== undefined) words.push("-rsa", through);
  const child = spawn("sipp", words, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
  const late = setTimeout(() => child.kill("SIGKILL"), seconds * 1_000);
  const [code] = (await once(child, "exit")) as [number | null];
  clearTimeout(late);
  const counted = statisticsOf(textOf(join(folder, "stat")));
  const report = textOf(join(folder, "errors")).slice(0, 3_000);
  rmSync(folder, { recursive: true, force: true });
  return { code, ...counted, report };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Last line of sipp's statistics: cumulative counts, by the names of the first line. */
function statisticsOf(text: string): { successful: number; failed: number } {
  const lines = text.trim().split("\n");
  const names = lines[0]?.split(";") ?? [];
  const values = lines.at(-1)?.split(";") ?? [];
  const of = (name: string): number => Number(values[names.indexOf(name)] ?? 0);
  return { successful: of("SuccessfulCall(C)"), failed: of("FailedCall(C)") };
}
