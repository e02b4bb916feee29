/**
 * The ring: a soft two-tone sound made here (nothing to download), the window's title, and the desktop shell where there is one.
 * The tone is bounded: it stops by itself when nobody tells it to.
 */
import type { Ringer } from "../../application/ports.ts";
import type { DesktopBridge } from "../../../shared/desktop-bridge.ts";

const ringForMs = 1_000;
const ringEveryMs = 3_000;
const longestRingMs = 120_000;
/** The Italian ringing tone: 425 Hz, one second of five. */
const ringbackHz = 425;
const ringbackEveryMs = 5_000;

export function createRinger(page: Document, desktop: DesktopBridge | undefined): Ringer {
  const plainTitle = page.title;
  let context: AudioContext | null = null;
  let timer: ReturnType<typeof setInterval> | null = null;
  let ringing: string | null = null;

  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    page.title = plainTitle;
  };
  const start = (text: string): void => {
    page.title = `☎ ${text}`;
    context ??= new AudioContext();
    // Without a click on the page the browser keeps the sound back; the visible ring remains.
    void context.resume().catch(() => undefined);
    const startedAt = Date.now();
    const once = (): void => {
      if (Date.now() - startedAt > longestRingMs) return stop();
      if (context !== null) playRing(context);
    };
    once();
    timer = setInterval(once, ringEveryMs);
  };

  let ringback: ReturnType<typeof setInterval> | null = null;

  return {
    setRingback(tone) {
      if (ringback !== null) clearInterval(ringback);
      ringback = null;
      if (tone === "off") return;
      const audio = (context ??= new AudioContext());
      void audio.resume().catch(() => undefined);
      playRingback(audio);
      ringback = setInterval(() => playRingback(audio), ringbackEveryMs);
    },
    setRinging(next) {
      const text = next?.text ?? null;
      if (text === ringing) return;
      if (ringing !== null) stop();
      ringing = text;
      if (text !== null) start(text);
      // The shell refuses longer texts; a name from the network can have any length.
      void desktop?.setRinging(text === null ? { isRinging: false } : { isRinging: true, text: text.slice(0, 200) });
    },
  };
}

function playRingback(context: AudioContext): void {
  const gain = context.createGain();
  gain.gain.value = 0.05;
  gain.connect(context.destination);
  const tone = context.createOscillator();
  tone.frequency.value = ringbackHz;
  tone.connect(gain);
  tone.start();
  tone.stop(context.currentTime + 1);
}

function playRing(context: AudioContext): void {
  const now = context.currentTime;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, now);
  gain.gain.linearRampToValueAtTime(0.12, now + 0.05);
  gain.gain.setValueAtTime(0.12, now + ringForMs / 1000 - 0.1);
  gain.gain.linearRampToValueAtTime(0, now + ringForMs / 1000);
  gain.connect(context.destination);
  for (const frequency of [440, 554]) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(now);
    tone.stop(now + ringForMs / 1000);
  }
}
