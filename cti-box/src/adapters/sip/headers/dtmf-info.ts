/** Keys pressed, sent as INFO: `application/dtmf-relay` (Signal and Duration lines) and `application/dtmf` (the bare digit). */

const defaultDurationMs = 160;

export function readDtmfInfo(
  contentType: string | undefined,
  body: string | undefined,
): { digit: string; durationMs: number } | null {
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase();
  const text = (body ?? "").slice(0, 200);
  if (type === "application/dtmf-relay") {
    const digit = digitOf(/^\s*Signal\s*=\s*(\S+)\s*$/im.exec(text)?.[1]);
    const duration = Number(/^\s*Duration\s*=\s*(\d{1,5})\s*$/im.exec(text)?.[1] ?? defaultDurationMs);
    return digit === null ? null : { digit, durationMs: Math.min(Math.max(duration, 40), 5000) };
  }
  if (type === "application/dtmf") {
    const digit = digitOf(text.trim());
    return digit === null ? null : { digit, durationMs: defaultDurationMs };
  }
  return null;
}

/** Digits, star, hash and A to D; event numbers 10 to 15 of RFC 4733 are understood too. */
function digitOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const upper = text.toUpperCase();
  if (/^[0-9*#ABCD]$/.test(upper)) return upper;
  const byEvent: Record<string, string> = { "10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D" };
  return byEvent[upper] ?? null;
}
