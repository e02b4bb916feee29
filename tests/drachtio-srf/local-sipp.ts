/** Stands in for the published `sipp.js`, which starts sipp in containers: the same functions with the sipp of this machine, on loopback addresses. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { report, surroundings } from "./reports.ts";

let started = 0;
let said = "";

/**
 * `docker run --rm` reports the end of its program when the container is taken apart, and the published files count on that: `uas.js` disconnects its application at
 * once then, while sipp's last answer may still be on its way to it.
 */
const takingApartMs = 250;

/** First number of the addresses that callers get; servers and callees of the published test bed have smaller ones. */
const firstCaller = 100;

export const sipp = {
  output: (): string => said,

  /** Calls the server. Rejects with the exit code when a message did not come as the scenario says. */
  sippUac: (scenario: string): Promise<void> => {
    const { network, addresses } = surroundings();
    started += 1;
    said = "";
    return run(scenario, [`${addresses["drachtio-sut"]}:5060`, "-i", `${network}${firstCaller + started}`]);
  },

  /** Waits for one call under the name `callee`. */
  sippUas: (scenario: string, callee: string): Promise<void> =>
    run(scenario, ["-i", surroundings().addresses[callee] ?? ""]),
};

async function run(scenario: string, words: string[]): Promise<void> {
  const { scenariosFolder } = surroundings();
  const file = join(scenariosFolder, scenario);
  const errorFile = join(scenariosFolder, `${scenario}.${words.at(-1)}.errors`);
  const fixed = `-p 5060 -m 1 -sleep 1 -nostdin -trace_err -error_file ${errorFile}`.split(" ");
  const child = spawn("sipp", [...words, "-sf", file, ...fixed], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "exit")) as [number | null];
  await passed(takingApartMs);
  report({ kind: "sipp-ended", scenario, code, ...(code !== 0 && { report: reportIn(errorFile) }) });
  if (code !== 0) throw new Error(`sipp ${scenario} ended with ${code}`);
}

function reportIn(file: string): string {
  try {
    return readFileSync(file, "utf8").slice(0, 3_000);
  } catch {
    return said.slice(-1_000);
  }
}
