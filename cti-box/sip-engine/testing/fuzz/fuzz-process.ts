/** The fuzzer in a process of its own: node --expose-gc fuzz-process.ts TARGET INPUTS SEED; its report as one line of JSON. Exit code 1 when a promise was broken. */
import { fuzz } from "./fuzz.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { isTargetName, targets } from "./targets.ts";

const [name = "", inputs = "", seed = "1"] = process.argv.slice(2);
if (!isTargetName(name)) throw new Error(`one of ${Object.keys(targets).join(", ")}`);
const target: FuzzTarget = await targets[name]();
const report = await fuzz(target, { inputs: Number(inputs), seed: Number(seed) });
await target.close?.();
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = report.failure === null ? 0 : 1;
