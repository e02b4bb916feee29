/** One trunk, read by the same rules as the configuration file, beside the trunks that are there already. */
import { trunkProblems } from "./trunk-problems.ts";
import { trunkSchema } from "./trunk-section.ts";
import type { OfficeConfig } from "../config.ts";

export type TrunkProblem = { pointer: string; detail: string };
export type ReadTrunk =
  | { ok: true; trunk: OfficeConfig["trunks"][number] }
  | { ok: false; reason: "validation"; problems: TrunkProblem[] };

/** All faults at once, each with the JSON pointer (RFC 6901) of its field. */
export function readTrunk(
  given: unknown,
  others: readonly { trunkId: string; addresses: readonly string[] }[],
  config: Pick<OfficeConfig, "numbers" | "costs" | "media">,
): ReadTrunk {
  const parsed = trunkSchema.safeParse(given);
  const problems = parsed.success
    ? [...fittingProblems(parsed.data, config), ...repetitions(parsed.data, others)]
    : parsed.error.issues.flatMap(({ path, message, ...issue }) => {
        const pointer = path.map((part) => `/${String(part)}`).join("");
        return issue.code === "unrecognized_keys"
          ? issue.keys.map((key) => ({ pointer: `${pointer}/${key}`, detail: "unknown field" }))
          : [{ pointer, detail: message }];
      });
  return parsed.success && problems.length === 0
    ? { ok: true, trunk: parsed.data }
    : { ok: false, reason: "validation", problems };
}

function fittingProblems(
  trunk: OfficeConfig["trunks"][number],
  { numbers, costs, media }: Pick<OfficeConfig, "numbers" | "costs" | "media">,
): TrunkProblem[] {
  return trunkProblems({ trunks: [trunk], numbers, costs, media }).map((problem) => {
    const [, key = "", detail = problem] = /^trunks\[0\]\.([^:]+): (.*)$/s.exec(problem) ?? [];
    return { pointer: key === "" ? "" : `/${key.replaceAll(".", "/")}`, detail };
  });
}

function repetitions(
  { addresses }: OfficeConfig["trunks"][number],
  others: readonly { trunkId: string; addresses: readonly string[] }[],
): TrunkProblem[] {
  return addresses.flatMap((address, index) => {
    const owner = others.find((other) => other.addresses.includes(address));
    if (owner !== undefined)
      return [{ pointer: `/addresses/${index}`, detail: `${address} is trunk ${owner.trunkId}'s already` }];
    return addresses.indexOf(address) < index ? [{ pointer: `/addresses/${index}`, detail: "is there twice" }] : [];
  });
}
