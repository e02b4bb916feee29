/** `la2 forward`: forwarding and do not disturb of the operators of an office. */
import { callHandlingListSchema, type CallHandling, type ForwardTarget } from "../../cti-box/contracts/index.ts";
import { askForAnswer, boxesToAsk, type WhichBoxes } from "../office/boxes-to-ask.ts";
import type { BoxToAsk } from "../office/box-to-ask.ts";
import { say } from "./words.ts";

export type ForwardListOptions = WhichBoxes & { json?: boolean };
export type ForwardSetOptions = WhichBoxes & {
  always?: string;
  busy?: string;
  answer?: string;
  after: number;
  disturb?: "on" | "off";
  waiting?: "on" | "off";
};

const pathOf = (login: string): string => `/api/operators/${encodeURIComponent(login)}/call-handling`;
const plain: CallHandling = { doNotDisturb: false, callWaiting: false, always: null, busy: null, noAnswer: null };

export async function forwardList(options: ForwardListOptions): Promise<number> {
  for (const box of boxesToAsk(options)) {
    const items = await handlingsOf(box);
    if (options.json === true) say(JSON.stringify(items, null, 2));
    else for (const { login, handling } of items) say(`${box.label}: ${login}: ${textOf(handling)}`);
  }
  return 0;
}

/** Changes what is said, and leaves the rest. Throws with the box's own words when it refuses. */
export async function forwardSet(login: string, options: ForwardSetOptions): Promise<number> {
  const { always, busy, answer, after, disturb, waiting } = options;
  return change(login, options, (earlier) => ({
    doNotDisturb: disturb === undefined ? earlier.doNotDisturb : disturb === "on",
    callWaiting: waiting === undefined ? earlier.callWaiting : waiting === "on",
    always: always === undefined ? earlier.always : targetFrom(always),
    busy: busy === undefined ? earlier.busy : targetFrom(busy),
    noAnswer: answer === undefined ? earlier.noAnswer : noAnswerFrom(answer, after),
  }));
}

export async function forwardClear(login: string, options: WhichBoxes): Promise<number> {
  return change(login, options, () => plain);
}

async function change(
  login: string,
  options: WhichBoxes,
  changed: (earlier: CallHandling) => CallHandling,
): Promise<number> {
  for (const box of boxesToAsk(options)) {
    const found = (await handlingsOf(box)).find((one) => one.login === login);
    if (found === undefined) continue;
    const handling = changed(found.handling);
    await askForAnswer(box, pathOf(login), { method: "PUT", body: handling });
    say(`${box.label}: ${login}: ${textOf(handling)}`);
    return 0;
  }
  throw new Error(`No operator is called ${login} (la2 forward list shows them).`);
}

async function handlingsOf(box: BoxToAsk): Promise<{ login: string; handling: CallHandling }[]> {
  return callHandlingListSchema.parse(await (await askForAnswer(box, "/api/call-handling")).json()).items;
}

/** `anna`, `queue:urp`, or `none`. */
function targetFrom(text: string): ForwardTarget | null {
  if (text === "none") return null;
  const queueId = /^queue:(.+)$/.exec(text)?.[1];
  return queueId === undefined ? { kind: "operator", operatorLogin: text } : { kind: "queue", queueId };
}

function noAnswerFrom(text: string, afterSeconds: number): CallHandling["noAnswer"] {
  const target = targetFrom(text);
  return target === null ? null : { target, afterSeconds };
}

function textOf({ doNotDisturb, callWaiting, always, busy, noAnswer }: CallHandling): string {
  const parts = [
    ...(doNotDisturb ? ["do not disturb"] : []),
    ...(callWaiting ? ["a second call rings"] : []),
    ...(always === null ? [] : [`always to ${targetText(always)}`]),
    ...(busy === null ? [] : [`busy: to ${targetText(busy)}`]),
    ...(noAnswer === null ? [] : [`no answer in ${noAnswer.afterSeconds} s: to ${targetText(noAnswer.target)}`]),
  ];
  return parts.length === 0 ? "calls ring" : parts.join(", ");
}

function targetText(target: ForwardTarget): string {
  return target.kind === "queue" ? `queue:${target.queueId}` : target.operatorLogin;
}
