/** `la2 ladder`: a call as a ladder of its SIP messages, from the trace of the box that had it. */
import type { SipTrace } from "../../cti-box/contracts/index.ts";
import { renderLadder } from "../../cti-box/sip-engine/trace/ladder/render-ladder.ts";
import { tellStory, type PartyName } from "../../cti-box/sip-engine/trace/ladder/ladder-steps.ts";
import { colours, noColours } from "../../cti-box/sip-engine/trace/ladder/styles.ts";
import type { TracedCall as EngineCall } from "../../cti-box/sip-engine/engine.ts";
import type { BoxToAsk } from "../office/box-to-ask.ts";
import { askForAnswer, boxesToAsk } from "../office/boxes-to-ask.ts";
import { say } from "./words.ts";

export type LadderOptions = {
  last?: boolean;
  verbose?: boolean;
  showNumbers?: boolean;
  json?: boolean;
  config?: string;
  office?: string;
  engine?: string;
  secret?: string;
  port: number;
};

type TracedCall = SipTrace["items"][number] & { box: BoxToAsk };

/** Width where the output is no terminal. */
const usualWidth = 120;

export async function ladder(call: string | null, options: LadderOptions): Promise<number> {
  if (call !== null && options.last === true) throw new Error("Name a call, or ask for the last one: not both.");
  const found =
    options.engine === undefined
      ? (await Promise.all(boxesToAsk(options).map((box) => askBox(box, call, options)))).flat()
      : await askEngine(options.engine, call, options);
  const calls = call === null ? latestOf(found) : found;
  if (calls.length === 0) {
    say(call === null ? "No call yet." : `No SIP message of a call ${call} is kept (any more).`);
    return 1;
  }
  if (options.json === true)
    say(
      JSON.stringify(
        calls.map(({ box, ...rest }) => ({ office: box.name, ...rest })),
        null,
        2,
      ),
    );
  else if (calls.length > 1 && calls.every(({ legs }) => legs.length === 0)) sayChoice(calls);
  else for (const each of calls) draw(each, options);
  return 0;
}

/** Throws when the box does not answer, or keeps no messages. */
async function askBox(
  box: BoxToAsk,
  call: string | null,
  { showNumbers = false }: LadderOptions,
): Promise<TracedCall[]> {
  const query = { numbers: showNumbers ? "shown" : "masked", ...(call !== null && { call }) };
  const answer = await askForAnswer(box, "/api/sip-trace", { query, withinMs: 10_000, alsoTaken: 404 });
  if (answer.status === 404) return [];
  const { items } = (await answer.json()) as SipTrace;
  return items.map((item) => ({ ...item, box }));
}

/** An engine that runs alone knows no legs: each Call-ID is a call of its own. */
async function askEngine(
  engine: string,
  call: string | null,
  { secret = "", showNumbers = false }: LadderOptions,
): Promise<TracedCall[]> {
  const query = new URLSearchParams({ numbers: showNumbers ? "shown" : "masked", ...(call !== null && { call }) });
  const answer = await fetch(new URL(`/trace?${query.toString()}`, engine), {
    headers: { authorization: `Bearer ${secret}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${engine}: ${(await answer.text()).trim()}`);
  const box = { name: "engine", label: engine, url: engine, serviceSecret: secret };
  return ((await answer.json()) as EngineCall[]).map(({ callId, leftOut, messages }) => ({
    callId: null,
    startedAt: new Date((messages[0]?.atUs ?? 0) / 1_000).toISOString(),
    legs: [{ sipCallId: callId, peer: null, leftOut, messages }],
    box,
  }));
}

function latestOf(calls: readonly TracedCall[]): TracedCall[] {
  const byStart = calls.toSorted((one, other) => (other.startedAt ?? "").localeCompare(one.startedAt ?? ""));
  return byStart.slice(0, 1);
}

function sayChoice(calls: readonly TracedCall[]): void {
  say("Several calls begin so:");
  for (const { callId, startedAt, box } of calls) say(`  ${callId ?? "-"}  ${timeOf(startedAt)}  ${box.label}`);
}

function draw({ callId, startedAt, legs, box }: TracedCall, { verbose = false }: LadderOptions): void {
  const names = new Map<string, PartyName>();
  for (const { sipCallId, peer } of legs) if (peer !== null) names.set(sipCallId, peer);
  const story = tellStory({
    calls: legs.map(({ sipCallId, leftOut, messages }) => ({ callId: sipCallId, leftOut, messages })),
    names,
    ourName: box.name,
  });
  const { isTTY, columns } = process.stdout;
  const style = isTTY && (process.env["NO_COLOR"] ?? "") === "" ? colours : noColours;
  const what = callId === null ? `SIP Call-ID ${legs[0]?.sipCallId ?? ""}` : `Call ${callId}`;
  say(`${style.bold(what)}  ${timeOf(startedAt)}  ${box.label}\n`);
  if (story.steps.length === 0) say("None of its SIP messages is kept any more.");
  else say(renderLadder(story, { width: columns ?? usualWidth, isVerbose: verbose, style }).join("\n"));
  say("");
}

function timeOf(startedAt: string | null): string {
  return startedAt === null ? "" : new Date(startedAt).toLocaleString("sv-SE");
}
