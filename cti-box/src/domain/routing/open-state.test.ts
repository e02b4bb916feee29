import { describe, expect, it } from "vitest";
import { openStateAt, type OpeningHours } from "./open-state.ts";

const hours: OpeningHours = {
  timeZone: "Europe/Rome",
  weekly: { "1": ["08:30-13:00", "15:00-17:30"], "5": ["08:30-13:00"] },
  holidays: "italian",
  patronDay: "06-24",
  closures: [{ from: "2026-08-10", to: "2026-08-21" }],
};

describe("opening state", () => {
  it.each([
    // 23 November 2026 is a Monday; Rome is one hour ahead of UTC in winter, two in summer.
    ["before opening", "2026-11-23T07:29:00Z", "closed"],
    ["at the minute of opening", "2026-11-23T07:30:00Z", "open"],
    ["at the minute of closing", "2026-11-23T12:00:00Z", "closed"],
    ["in the second span", "2026-11-23T14:30:00Z", "open"],
    ["on a day without hours", "2026-11-24T10:00:00Z", "closed"],
    ["in summer time", "2026-07-20T06:30:00Z", "open"],
    ["on Sunday night in UTC that is Monday in Rome", "2026-11-22T23:30:00Z", "closed"],
    // All of these are Mondays or Fridays within the hours.
    ["on Easter Monday", "2026-04-06T08:00:00Z", "closed"],
    ["on the Monday after", "2026-04-13T08:00:00Z", "open"],
    ["on Christmas Day", "2026-12-25T09:00:00Z", "closed"],
    ["on the patron saint's day", "2030-06-24T08:00:00Z", "closed"],
    ["on the first day of a closure", "2026-08-10T08:00:00Z", "closed"],
    ["on the last day of a closure", "2026-08-21T08:00:00Z", "closed"],
    ["after a closure", "2026-08-24T08:00:00Z", "open"],
  ])("%s", (_name, at, expected) => {
    expect(openStateAt(hours, Date.parse(at))).toBe(expected);
  });

  it("is unknown without hours and with a time zone that does not exist", () => {
    expect(openStateAt(null, 0)).toBe("unknown");
    expect(openStateAt({ ...hours, timeZone: "Europe/Atlantis" }, 0)).toBe("unknown");
  });

  it("is open on holidays where none are kept", () => {
    const unmoved = { ...hours, holidays: "none", patronDay: null } as const;
    expect(openStateAt(unmoved, Date.parse("2026-12-25T09:00:00Z"))).toBe("open");
    expect(openStateAt(unmoved, Date.parse("2030-06-24T08:00:00Z"))).toBe("open");
  });
});
