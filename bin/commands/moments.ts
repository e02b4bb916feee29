/** Days and moments as people type them, in the time zone of this machine. */

/**
 * `2026-11-26` or `2026-11-26T10:30[:00][Z|+01:00]` as a moment in UTC. A day alone is its first moment, or with `after` the first one behind it.
 * Throws with words for people.
 */
export function momentOf(text: string, side: "first" | "after"): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?))?$/.exec(text) ?? [];
  const moment = day === undefined ? new Date(Number.NaN) : new Date(`${day}T${time ?? "00:00"}`);
  if (Number.isNaN(moment.getTime()))
    throw new Error(`${text} is no day such as 2026-11-26 and no moment such as 2026-11-26T10:30`);
  if (time === undefined && side === "after") moment.setDate(moment.getDate() + 1);
  return moment.toISOString();
}
