/** Whether an office or a queue is open at a moment, by its hours in its own time zone (daylight saving included), holidays and closures. */
import { dateText, isItalianHoliday, monthDayOf } from "./italian-holidays.ts";
import type { CalendarDay } from "./italian-holidays.ts";

export type Weekday = "1" | "2" | "3" | "4" | "5" | "6" | "7";

export type OpeningHours = {
  /** IANA name, e.g. Europe/Rome. */
  timeZone: string;
  /** Opening spans per ISO weekday (1 Monday … 7 Sunday), `HH:MM-HH:MM`, local time; the end is not included. */
  weekly: Partial<Record<Weekday, readonly string[]>>;
  /** Which public holidays close the office. */
  holidays: "italian" | "none";
  /** Day of the patron saint, `MM-DD`; null: none. */
  patronDay: string | null;
  /** Days off of this office, `YYYY-MM-DD`, both ends included. */
  closures: readonly { from: string; to: string }[];
};

const weekdays: Readonly<Record<string, Weekday>> = {
  Mon: "1",
  Tue: "2",
  Wed: "3",
  Thu: "4",
  Fri: "5",
  Sat: "6",
  Sun: "7",
};

/** `unknown` when no hours are known or the time zone is none. */
export function openStateAt(hours: OpeningHours | null, atMs: number): "open" | "closed" | "unknown" {
  if (hours === null) return "unknown";
  const local = localTime(hours.timeZone, atMs);
  if (local === null) return "unknown";
  if (isDayOff(hours, local.date)) return "closed";
  const spans = hours.weekly[local.weekday] ?? [];
  const isOpen = spans.some((span) => {
    const [from = "", to = ""] = span.split("-");
    return from <= local.time && local.time < to;
  });
  return isOpen ? "open" : "closed";
}

function isDayOff(hours: OpeningHours, date: CalendarDay): boolean {
  if (hours.holidays === "italian" && isItalianHoliday(date)) return true;
  if (hours.patronDay === monthDayOf(date)) return true;
  const text = dateText(date);
  return hours.closures.some(({ from, to }) => from <= text && text <= to);
}

type LocalTime = { weekday: Weekday; time: string; date: CalendarDay };

function localTime(timeZone: string, atMs: number): LocalTime | null {
  const format = formatIn(timeZone);
  if (format === null) return null;
  const parts = new Map(format.formatToParts(atMs).map((part) => [part.type, part.value]));
  const weekday = weekdays[parts.get("weekday") ?? ""];
  if (weekday === undefined) return null;
  const number = (part: "year" | "month" | "day"): number => Number(parts.get(part));
  const date = { year: number("year"), month: number("month"), day: number("day") };
  return { weekday, time: `${parts.get("hour")}:${parts.get("minute")}`, date };
}

/** Whether there is such a time zone. */
export function isTimeZone(timeZone: string): boolean {
  return formatIn(timeZone) !== null;
}

function formatIn(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  } catch {
    return null;
  }
}
