import { describe, expect, it } from "vitest";
import { openStateAt, type WeeklyHours } from "./open-state.ts";

const hours: WeeklyHours = {
  timeZone: "Europe/Rome",
  weekly: { "1": ["08:30-13:00", "15:00-17:30"], "5": ["08:30-13:00"] },
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
  ])("%s", (_name, at, expected) => {
    expect(openStateAt(hours, Date.parse(at))).toBe(expected);
  });

  it("is unknown without hours and with a time zone that does not exist", () => {
    expect(openStateAt(null, 0)).toBe("unknown");
    expect(openStateAt({ timeZone: "Europe/Atlantis", weekly: {} }, 0)).toBe("unknown");
  });
});
