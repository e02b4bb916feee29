/** Whether an office is open at a moment, by its weekly hours in its own time zone (daylight saving included). */

export type WeeklyHours = {
  /** IANA name, e.g. Europe/Rome. */
  timeZone: string;
  /** Opening spans per ISO weekday (1 Monday … 7 Sunday), `HH:MM-HH:MM`, local time; the end is not included. */
  weekly: Partial<Record<"1" | "2" | "3" | "4" | "5" | "6" | "7", readonly string[]>>;
};

const weekdays: Readonly<Record<string, "1" | "2" | "3" | "4" | "5" | "6" | "7">> = {
  Mon: "1",
  Tue: "2",
  Wed: "3",
  Thu: "4",
  Fri: "5",
  Sat: "6",
  Sun: "7",
};

/** `unknown` when no hours are known or the time zone is none. */
export function openStateAt(hours: WeeklyHours | null, atMs: number): "open" | "closed" | "unknown" {
  if (hours === null) return "unknown";
  const local = localTime(hours.timeZone, atMs);
  if (local === null) return "unknown";
  const spans = hours.weekly[local.weekday] ?? [];
  const isOpen = spans.some((span) => {
    const [from = "", to = ""] = span.split("-");
    return from <= local.time && local.time < to;
  });
  return isOpen ? "open" : "closed";
}

function localTime(timeZone: string, atMs: number): { weekday: keyof WeeklyHours["weekly"]; time: string } | null {
  try {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    const parts = new Map(format.formatToParts(atMs).map((part) => [part.type, part.value]));
    const weekday = weekdays[parts.get("weekday") ?? ""];
    return weekday === undefined ? null : { weekday, time: `${parts.get("hour")}:${parts.get("minute")}` };
  } catch {
    return null;
  }
}
