/** `la2 citizen`: a citizen calls an office of the playground through the simulated carrier, with real SIP and real sound, and tells what happens. */
import { fileURLToPath } from "node:url";
import { CallNotAnswered, Carrier, type CitizenCall } from "../carrier/carrier.ts";
import { type Heard, inWords, isSame, judge } from "../carrier/hearing.ts";
import { readWav, tone } from "../carrier/sound.ts";
import { playgroundDirectory } from "../playground/folders.ts";
import type { OfficePlan, PlaygroundPlan } from "../playground/plan.ts";
import { listenForStop } from "../programs/stop-signals.ts";
import { runningPlan } from "./running-plan.ts";
import { say } from "./words.ts";

export type CitizenOptions = {
  port: number;
  /** `voice`, `tone` or a WAV file. */
  sound: string;
  from?: string;
  to?: string;
  /** Length of the call after the answer. */
  seconds: number;
};

const toneHz = 440;
const listenEveryMs = 500;
const voiceFile = fileURLToPath(new URL("../carrier/sounds/citizen.wav", import.meta.url));

/** Returns the exit code: 0 the call was taken, 1 it was not. */
export async function citizen(options: CitizenOptions): Promise<number> {
  const plan = runningPlan(playgroundDirectory(options.port), options.port);
  const sound = soundOf(options.sound);
  const number = options.to ?? plan.offices[0].publicNumber;
  const office = officeOf(plan, number);
  const caller = { number: options.from ?? plan.citizen.number, displayName: plan.citizen.displayName };
  const tell = storyteller();
  const signals = listenForStop();
  const giveUp = new AbortController();
  void signals.asked.then(() => giveUp.abort());
  const carrier = await Carrier.open(plan.carrierAddress);
  try {
    tell(`${caller.displayName} (${caller.number}) calls ${number}, ${office.label}. Ctrl-C hangs up.`);
    const box = `${office.sipAddress}:${plan.sipPort}`;
    const call = await carrier.placeCall({
      number,
      box,
      caller,
      giveUp: giveUp.signal,
      onProgress: (status) => tell(progressInWords(status)),
    });
    call.audio.play(sound);
    tell("the office has taken the call; an operator is being rung");
    return await stayOnTheLine({ call, seconds: options.seconds, stop: signals.asked, tell });
  } catch (error) {
    if (!(error instanceof CallNotAnswered)) throw error;
    tell(error.status === 487 ? "gave up before anybody answered" : error.message);
    return 1;
  } finally {
    await carrier.close();
    signals.close();
  }
}

function soundOf(wish: string): Int16Array {
  if (wish === "tone") return tone(toneHz, 1);
  return readWav(wish === "voice" ? voiceFile : wish);
}

/** A number that belongs to nobody is called at the first office, which says so. */
function officeOf(plan: PlaygroundPlan, number: string): OfficePlan {
  return plan.offices.find(({ publicNumber }) => publicNumber === number) ?? plan.offices[0];
}

function storyteller(): (words: string) => void {
  const startedAt = performance.now();
  return (words) => say(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${words}`);
}

function progressInWords(status: number): string {
  if (status === 180) return "it rings";
  if (status === 183) return "it rings, with sound from the office";
  return `the office is working on it (${status})`;
}

type Stay = { call: CitizenCall; seconds: number; stop: Promise<unknown>; tell: (words: string) => void };

async function stayOnTheLine({ call, seconds, stop, tell }: Stay): Promise<number> {
  let last: Heard | null = null;
  const listening = setInterval(() => {
    const heard = judge(call.audio.heard(listenEveryMs / 1_000));
    if (last === null || !isSame(last, heard)) tell(`hears ${inWords(heard)}`);
    last = heard;
  }, listenEveryMs);
  let hangUp: NodeJS.Timeout | undefined;
  const timeUp = new Promise<"time">((resolve) => {
    hangUp = setTimeout(() => resolve("time"), seconds * 1_000);
  });
  const outcome = await Promise.race([call.ended, timeUp, stop.then(() => "asked" as const)]);
  clearInterval(listening);
  clearTimeout(hangUp);
  if (outcome === "office") tell("the office has hung up");
  else {
    await call.hangUp();
    tell(outcome === "time" ? `hangs up after ${seconds} seconds` : "hangs up");
  }
  return 0;
}
