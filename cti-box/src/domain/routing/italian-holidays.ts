/**
 * Days on which Italian public offices are closed: the holidays of law 260/1949 as amended, Saint Francis (4 October, law 151/2025, from
 * 2026 on), and Easter, which moves. Days are local calendar days.
 */
export type CalendarDay = { year: number; month: number; day: number };

const fixed: ReadonlySet<string> = new Set([
  "01-01",
  "01-06",
  "04-25",
  "05-01",
  "06-02",
  "08-15",
  "11-01",
  "12-08",
  "12-25",
  "12-26",
]);
const saintFrancis = { monthDay: "10-04", sinceYear: 2026 };

/** Holds for the Gregorian calendar, years 1583 and later. */
export function isItalianHoliday(date: CalendarDay): boolean {
  const monthDay = monthDayOf(date);
  if (fixed.has(monthDay)) return true;
  if (monthDay === saintFrancis.monthDay && date.year >= saintFrancis.sinceYear) return true;
  const easter = easterSunday(date.year);
  return monthDay === monthDayOf(easter) || monthDay === monthDayOf(dayAfter(easter));
}

/** Western Easter by the algorithm of Meeus, Jones and Butcher; 22 March to 25 April. */
export function easterSunday(year: number): CalendarDay {
  const a = year % 19;
  const century = Math.floor(year / 100);
  const c = year % 100;
  const leapCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const h = (19 * a + century - Math.floor(century / 4) - leapCorrection + 15) % 30;
  const l = (32 + 2 * (century % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return { year, month: Math.floor(sum / 31), day: (sum % 31) + 1 };
}

/** `MM-DD`. */
export function monthDayOf({ month, day }: CalendarDay): string {
  return `${twoDigits(month)}-${twoDigits(day)}`;
}

/** `YYYY-MM-DD`. */
export function dateText(date: CalendarDay): string {
  return `${String(date.year).padStart(4, "0")}-${monthDayOf(date)}`;
}

/** Easter lies in March or April: no year ends here. */
function dayAfter({ year, month, day }: CalendarDay): CalendarDay {
  const last = month === 3 ? 31 : 30;
  return day === last ? { year, month: month + 1, day: 1 } : { year, month, day: day + 1 };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
