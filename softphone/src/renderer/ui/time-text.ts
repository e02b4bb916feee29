/** Durations and moments as text. */

/** `65_000` → `1:05`, `3_700_000` → `1:01:40`. */
export function clockText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export function momentText(at: string | number, language: "it" | "en"): string {
  return new Intl.DateTimeFormat(language === "it" ? "it-IT" : "en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(at));
}

export function hourText(at: string, language: "it" | "en"): string {
  return new Intl.DateTimeFormat(language === "it" ? "it-IT" : "en-GB", { hour: "2-digit", minute: "2-digit" }).format(
    new Date(at),
  );
}
