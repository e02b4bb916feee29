/** How much text a party may write: a pasted paragraph at once, and then as fast as somebody can type or read. Nobody floods the other side's screen. */

export type TextAllowance = { left: number; atMs: number };

/** Characters at once. */
export const mostAtOnce = 2_000;
/** Characters each second after that. */
const perSecond = 60;

export function fullAllowance(atMs: number): TextAllowance {
  return { left: mostAtOnce, atMs };
}

/** Null: too much; nothing of it is spent. */
export function spendAllowance({ left, atMs }: TextAllowance, characters: number, nowMs: number): TextAllowance | null {
  const gained = (Math.max(0, nowMs - atMs) / 1_000) * perSecond;
  const now = Math.min(mostAtOnce, left + gained);
  return characters > now ? null : { left: now - characters, atMs: nowMs };
}
