/** `la2 trunk add|set|remove|reset|history`: trunks changed while the box runs. */
import { userInfo } from "node:os";
import { text } from "node:stream/consumers";
import { changedTrunkSchema, trunkChangesSchema } from "../../cti-box/contracts/index.ts";
import { askForAnswer, boxesToAsk, type WhichBoxes } from "../office/boxes-to-ask.ts";
import { settingsFromWords } from "../office/settings-from-words.ts";
import type { BoxToAsk } from "../office/box-to-ask.ts";
import { say } from "./words.ts";

type Method = "POST" | "PATCH" | "DELETE";

export async function trunkAdd(name: string, words: readonly string[], options: WhichBoxes): Promise<number> {
  const settings = await readSettings(words);
  return change(options, { method: "POST", path: "/api/trunks", body: { trunkId: name, ...settings } });
}

export async function trunkSet(name: string, words: readonly string[], options: WhichBoxes): Promise<number> {
  return change(options, { method: "PATCH", path: pathOf(name), body: await readSettings(words) });
}

export function trunkRemove(name: string, options: WhichBoxes): Promise<number> {
  return change(options, { method: "DELETE", path: pathOf(name) });
}

export function trunkReset(name: string, options: WhichBoxes): Promise<number> {
  return change(options, { method: "POST", path: `${pathOf(name)}/reset` });
}

export async function trunkHistory(options: WhichBoxes): Promise<number> {
  for (const box of boxesToAsk(options)) {
    const { items } = trunkChangesSchema.parse(await (await askForAnswer(box, "/api/trunk-changes")).json());
    if (items.length === 0) say(`${box.label}: no trunk was changed while the box ran.`);
    for (const { at, by, what, trunkId, fields } of items) {
      say(`${box.label}: ${at} ${trunkId} ${what} by ${by}`);
      for (const { field, from, to } of fields) say(`    ${field}: ${from ?? "(none)"} -> ${to ?? "(none)"}`);
    }
  }
  return 0;
}

/** A password of `-` is read from standard input, so that it stands in no list of processes and no shell history. */
function readSettings(words: readonly string[]): Promise<object> {
  return settingsFromWords(words, async () => (await text(process.stdin)).trim());
}

/** Only one box at a time: a trunk belongs to one office. */
async function change(options: WhichBoxes, request: { method: Method; path: string; body?: object }): Promise<number> {
  const [box, ...others] = boxesToAsk(options);
  if (box === undefined || others.length > 0)
    throw new Error("A trunk belongs to one office: name it with --office or --config.");
  const { settings } = changedTrunkSchema.parse(await ask(box, request));
  say(settings === null ? `${box.label}: the trunk is gone; calls on it go on.` : JSON.stringify(settings, null, 2));
  return 0;
}

async function ask(
  box: BoxToAsk,
  { method, path, body }: { method: Method; path: string; body?: object },
): Promise<unknown> {
  const headers = { "x-la2-on-behalf-of": userInfo().username };
  const answer = await askForAnswer(box, path, { method, headers, wordsAre: "settings", ...(body && { body }) });
  return answer.json();
}

function pathOf(name: string): string {
  return `/api/trunks/${encodeURIComponent(name)}`;
}
