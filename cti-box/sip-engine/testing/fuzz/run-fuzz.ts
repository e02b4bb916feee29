/** Starts the fuzzer in a process of its own and waits for its report. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { FuzzReport } from "./fuzz.ts";
import type { TargetName } from "./targets.ts";

/** Throws with what the process wrote when it did not come to a report. */
export async function runFuzz(target: TargetName, order: { inputs: number; seed: number }): Promise<FuzzReport> {
  const script = new URL("fuzz-process.ts", import.meta.url).pathname;
  const words = ["--expose-gc", script, target, String(order.inputs), String(order.seed)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (errors = `${errors}${bytes.toString()}`.slice(-10_000)));
  const [code] = (await once(child, "close")) as [number | null];
  try {
    return JSON.parse(output) as FuzzReport;
  } catch (error) {
    throw new Error(`fuzzing ${target} ended with ${code}:\n${errors}`, { cause: error });
  }
}
