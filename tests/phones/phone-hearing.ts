/** What a phone hears, by content: the end of its newest recording against the tones of the others. */
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { loudness, sampleRateHz, shareOfTone } from "../../bin/carrier/sound.ts";
import { hearsSpeech } from "../../cti-box/testing/media-peers/speech.ts";
import type { BaresipPhone } from "./baresip-phone.ts";

const headerBytes = 44;
const windowSeconds = 0.5;

/** The last that the phone wrote down; the file's header is not final while the call lasts. */
function lastHeard(phone: BaresipPhone, seconds = windowSeconds): Int16Array {
  const file = phone.recordings().at(-1);
  if (file === undefined || !existsSync(file)) return new Int16Array();
  const descriptor = openSync(file, "r");
  try {
    const wanted = Math.round(seconds * sampleRateHz) * 2;
    const size = fstatSync(descriptor).size;
    const length = Math.min(wanted, Math.max(0, size - headerBytes));
    const start = size - length - ((size - length - headerBytes) % 2);
    const bytes = Buffer.alloc(length - (length % 2));
    readSync(descriptor, bytes, 0, bytes.length, start);
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  } finally {
    closeSync(descriptor);
  }
}

async function until(holds: () => boolean, what: () => string, withinMs = 8_000): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(what());
    // Sound takes time to pass: the recording is looked at again with every tenth of a second that it grew.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Resolves when the phone hears this tone and nothing else of weight. */
export async function hearsTone(phone: BaresipPhone, toneHz: number): Promise<void> {
  await until(
    () => shareOfTone(lastHeard(phone), toneHz) > 0.8,
    () =>
      `phone ${phone.address} does not hear ${toneHz} Hz (share ${shareOfTone(lastHeard(phone), toneHz).toFixed(2)})`,
  );
}

/** What the phone has written down so far: to be told of what it hears from now on. */
export function heardSoFar(phone: BaresipPhone): number {
  return recordedBytes(phone);
}

/** Resolves when the phone has heard half a second more than by then, with these tones in it (one, or two at about the same loudness), and hardly anything else. */
export async function hearsAnew(phone: BaresipPhone, tonesHz: readonly number[], before: number): Promise<void> {
  const enough = windowSeconds * sampleRateHz * 2;
  const least = tonesHz.length === 1 ? 0.8 : 0.35;
  const shares = (): number[] => tonesHz.map((each) => shareOfTone(lastHeard(phone), each));
  await until(
    () => recordedBytes(phone) - before > enough && shares().every((each) => each > least),
    () => `phone ${phone.address} heard ${recordedBytes(phone) - before} bytes more, shares ${shares().join()}`,
    15_000,
  );
}

/** Resolves when the phone hears these two tones about equally loud, and hardly anything else: two voices of a conference. */
export async function hearsBoth(phone: BaresipPhone, tonesHz: readonly [number, number]): Promise<void> {
  const shares = (): number[] => tonesHz.map((each) => shareOfTone(lastHeard(phone), each));
  await until(
    () => shares().every((each) => each > 0.35),
    () => `phone ${phone.address} does not hear both of ${tonesHz.join()} Hz (shares ${shares().join()})`,
  );
}

/** Resolves when the phone has heard this announcement (A-law), known by its waveform. */
export async function hearsAnnouncement(phone: BaresipPhone, pcma: Buffer): Promise<void> {
  const ear = { lately: (windowMs: number): number[] => [...lastHeard(phone, windowMs / 1_000)] };
  await hearsSpeech(ear, pcma, 15_000);
}

/** Resolves when the phone hears something, but none of these tones: hold music. */
export async function hearsMusic(phone: BaresipPhone, tonesHz: readonly number[]): Promise<void> {
  await until(
    () => loudness(lastHeard(phone)) > 100 && tonesHz.every((each) => shareOfTone(lastHeard(phone), each) < 0.2),
    () => `phone ${phone.address} hears no music (loudness ${loudness(lastHeard(phone)).toFixed(0)})`,
  );
}

/** Resolves when the phone hears nothing any more: what it wrote down does not grow, or is silence. */
export async function hearsNothing(phone: BaresipPhone): Promise<void> {
  let before = -1;
  await until(
    () => {
      const length = recordedBytes(phone);
      const isStill = length === before || loudness(lastHeard(phone)) < 20;
      before = length;
      return isStill;
    },
    () => `phone ${phone.address} still hears something (loudness ${loudness(lastHeard(phone)).toFixed(0)})`,
  );
}

function recordedBytes(phone: BaresipPhone): number {
  const file = phone.recordings().at(-1);
  return file === undefined ? 0 : statSync(file).size;
}
