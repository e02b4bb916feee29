/** `la2 trunk list`: the carriers of an office, whether they answer, and what they carry now. */
import { trunkListSchema, type TrunkView } from "../../cti-box/contracts/index.ts";
import { askForAnswer, boxesToAsk, type WhichBoxes } from "../office/boxes-to-ask.ts";
import { say } from "./words.ts";

export type TrunkListOptions = WhichBoxes & { json?: boolean };

/** Exit code 1 where a carrier does not answer. */
export async function trunkList(options: TrunkListOptions): Promise<number> {
  let isOneDown = false;
  for (const box of boxesToAsk(options)) {
    const { items } = trunkListSchema.parse(await (await askForAnswer(box, "/api/trunks")).json());
    isOneDown ||= items.some(
      ({ health, registration, toll }) =>
        health?.state === "down" || registration?.state === "failed" || toll.stoppedUntil !== null,
    );
    if (options.json === true) say(JSON.stringify(items, null, 2));
    else for (const trunk of items) say(`${box.label}: ${lineOf(trunk)}`);
  }
  return isOneDown ? 1 : 0;
}

function lineOf({
  trunkId,
  carrier,
  calls,
  capacity,
  placed,
  priority,
  weight,
  origin,
  toll,
  outbound,
  health,
  registration,
}: TrunkView): string {
  const load = `${calls}${capacity === null ? "" : ` of ${capacity}`} calls now`;
  const account = registration === null ? "" : `${registrationText(registration)}, `;
  const name = `${trunkId} (${carrier}${origin === "file" ? "" : `, ${origin} at run time`})`;
  if (outbound === null) return `${name}: ${account}${load}, only from the carrier`;
  const money = toll.spent === null ? "" : ` for ${toll.spent.amount.toFixed(2)} ${toll.spent.currency}`;
  const today = `${toll.calls} today${money}${alarmText(toll)}`;
  const numbers = outbound.prefixes.length === 0 ? "all numbers" : outbound.prefixes.join(" ");
  return `${name}: ${account}${healthText(health)}, ${load}, ${today}, ${placed} placed, ${numbers} to ${outbound.uri}, priority ${priority}, weight ${weight}`;
}

function alarmText({ stoppedUntil, alarm }: TrunkView["toll"]): string {
  if (stoppedUntil !== null) return `, ALARM: stopped until ${stoppedUntil}, more calls in a minute than is usual`;
  return alarm === null ? "" : `, ALARM: limit ${alarm.limit} kept calls back at ${alarm.at}`;
}

function registrationText({ state, since, lastStatus }: NonNullable<TrunkView["registration"]>): string {
  if (state !== "failed") return state === "registered" ? `registered since ${since}` : "registering";
  return `not registered since ${since} (${lastStatus === null ? "no answer" : `the carrier answers ${lastStatus}`})`;
}

function healthText(health: TrunkView["health"]): string {
  if (health === null) return "not asked";
  const { state, since, lastStatus } = health;
  if (state === "unknown") return "asked, no answer yet";
  const last = lastStatus === null ? "no answer" : `answers ${lastStatus}`;
  return `${state} since ${since} (${last})`;
}
