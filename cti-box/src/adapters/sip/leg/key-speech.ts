/**
 * Keys told to far ends in INFO: `application/dtmf-relay` with key and duration, which nearly every carrier with INFO knows; one that answers 415 gets `application/dtmf`
 * from then on, the bare key. Both are custom and no standard. One request at a time in a call, so that keys arrive in their order.
 */
import type { SipDialog } from "../drachtio.ts";
import type { Requester } from "./own-requests.ts";

export type SpokenKey = { digit: string; durationMs: number };
type Speech = {
  waiting: SpokenKey[];
  form: "application/dtmf-relay" | "application/dtmf";
  state: "silent" | "speaking";
};

/** A far end that does not answer hears no more than these. */
const mostWaiting = 32;

export class KeySpeech {
  private readonly speeches = new WeakMap<SipDialog, Speech>();

  /** Says it as soon as those before have been answered. What the far end does not take is logged, without the key. */
  say(dialog: SipDialog, key: SpokenKey, by: Requester): void {
    const speech = this.speeches.get(dialog) ?? { waiting: [], form: "application/dtmf-relay", state: "silent" };
    this.speeches.set(dialog, speech);
    if (speech.waiting.length >= mostWaiting) by.log.warn({ legId: by.legId }, "a key is left out: too many wait");
    else speech.waiting.push(key);
    if (speech.state === "silent") next(dialog, speech, by);
  }
}

function next(dialog: SipDialog, speech: Speech, by: Requester): void {
  const [key] = speech.waiting;
  speech.state = key === undefined ? "silent" : "speaking";
  if (key === undefined) return;
  const { form } = speech;
  dialog.request({ method: "INFO", headers: { "Content-Type": form }, body: bodyOf(key, form) }, (error, response) => {
    const status = response?.status ?? null;
    if (status !== null && status < 200) return;
    const isForeign = status === 415 && form === "application/dtmf-relay";
    if (isForeign) speech.form = "application/dtmf";
    else speech.waiting.shift();
    if (!isForeign && (status === null || status >= 300))
      by.log.info({ legId: by.legId, status, error: error?.message }, "the far end does not take a key");
    next(dialog, speech, by);
  });
}

function bodyOf({ digit, durationMs }: SpokenKey, form: Speech["form"]): string {
  return form === "application/dtmf" ? digit : `Signal=${digit}\r\nDuration=${durationMs}\r\n`;
}
