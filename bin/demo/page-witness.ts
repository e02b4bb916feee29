/**
 * What runs inside the softphone's page. Each function is sent there as text, so it uses nothing but its argument and the page. Nothing is changed in
 * the page; times are epoch milliseconds of the same machine's clock as everything else in the demo.
 */

export type PageEvent = {
  name: string;
  at: number;
  callId?: string;
  ticketId?: string | null;
  state?: string;
  /** Of `la2-call-ringing`: the INVITE is here, the button is there. */
  canAnswer?: boolean;
  /** Of `la2-transfer-phase`. */
  phase?: string;
};
type Clicked = { at: number };

/** The part of the page's window that is looked at. */
type PageWindow = {
  la2Witness: { clicks: Clicked[] };
  la2Events: readonly (PageEvent & Record<string, unknown>)[];
  la2Audio?: { peak(): { frequencyHz: number; levelDb: number } | null };
  addEventListener(type: "click", listener: () => void, isCapturing: boolean): void;
};
declare const window: PageWindow;

/** Before the page's own scripts: notes when the operator clicks. */
export function installWitness(): void {
  const witness: PageWindow["la2Witness"] = { clicks: [] };
  window.la2Witness = witness;
  window.addEventListener("click", () => witness.clicks.push({ at: Date.now() }), true);
}

export type EventWish = { name: string; match: Partial<PageEvent>; sinceMs: number };

/** The first event that was told with these properties at or after the time; false while there is none. */
export function findEvent({ name, match, sinceMs }: EventWish): PageEvent | false {
  const found = window.la2Events.find(
    (event) =>
      event.name === name && event.at >= sinceMs && Object.entries(match).every(([key, value]) => event[key] === value),
  );
  return found ?? false;
}

export function lastClick(): number | null {
  return window.la2Witness.clicks.at(-1)?.at ?? null;
}

/** The time at which the strongest sound of the call is this tone; what is the strongest instead when the time is over. */
export function awaitTone({ toneHz, deadlineMs }: { toneHz: number; deadlineMs: number }): Promise<number | string> {
  return new Promise((resolve) => {
    const until = Date.now() + deadlineMs;
    let strongest = "nothing";
    const look = (): void => {
      const peak = window.la2Audio?.peak() ?? null;
      if (peak !== null && peak.levelDb > -70) {
        strongest = `${Math.round(peak.frequencyHz)} Hz`;
        if (Math.abs(peak.frequencyHz - toneHz) < 40) return resolve(Date.now());
      }
      if (Date.now() > until) return resolve(strongest);
      setTimeout(look, 5);
    };
    look();
  });
}
