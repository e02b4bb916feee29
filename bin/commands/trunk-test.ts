/** `la2 trunk test`: whether a carrier takes the office, in plain words, and what to do where it does not. */
import { trunkTestSchema, type TrunkTest } from "../../cti-box/contracts/index.ts";
import { askForAnswer, boxesToAsk, type WhichBoxes } from "../office/boxes-to-ask.ts";
import { say } from "./words.ts";

export type TrunkTestOptions = WhichBoxes & { verbose?: boolean; json?: boolean };

/** Exit code 1 where something is wrong. */
export async function trunkTest(name: string, options: TrunkTestOptions): Promise<number> {
  const found: TrunkTest[] = [];
  for (const box of boxesToAsk(options)) {
    const path = `/api/trunks/${encodeURIComponent(name)}/test`;
    const answer = await askForAnswer(box, path, { method: "POST", withinMs: 60_000, alsoTaken: 404 });
    if (answer.status === 404) continue;
    const result = trunkTestSchema.parse(await answer.json());
    found.push(result);
    if (options.json !== true) sayResult(box.label, result, options.verbose === true);
  }
  if (found.length === 0) throw new Error(`No trunk is called ${name} (la2 trunk list shows them).`);
  if (options.json === true) say(JSON.stringify(found, null, 2));
  return found.some(({ verdict }) => verdict === "wrong") ? 1 : 0;
}

const titles = { registration: "registration at", probe: "calls to" } as const;

function sayResult(label: string, { trunkId, message, steps }: TrunkTest, isVerbose: boolean): void {
  say(`${label}, trunk ${trunkId}`);
  if (message !== null) say(`  ${message}`);
  for (const { step, uri, isWell, message: found, advice, seconds, messages } of steps) {
    say(`  ${titles[step]} ${uri} (${seconds.toFixed(1)} s)`);
    say(`    ${isWell ? "OK    " : "WRONG "} ${found}`);
    if (advice !== null) say(`           ${advice}`);
    if (isVerbose) for (const each of messages) sayMessage(each);
  }
}

function sayMessage({ direction, at, text }: TrunkTest["steps"][number]["messages"][number]): void {
  say(`\n    ${direction === "sent" ? ">>" : "<<"} ${direction} ${at}`);
  for (const line of text.trimEnd().split("\n")) say(`    ${line.trimEnd()}`);
}
