import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dateText, easterSunday, isItalianHoliday } from "./italian-holidays.ts";

describe("Easter", () => {
  // Dates of the Gregorian computus as published; 1943 and 2038 are the latest possible, 1818 the earliest.
  it.each([
    [1818, "1818-03-22"],
    [1943, "1943-04-25"],
    [2000, "2000-04-23"],
    [2024, "2024-03-31"],
    [2026, "2026-04-05"],
    [2027, "2027-03-28"],
    [2038, "2038-04-25"],
    [2049, "2049-04-18"],
    [2076, "2076-04-19"],
  ])("of %i", (year, expected) => {
    expect(dateText(easterSunday(year))).toBe(expected);
  });

  it("is a Sunday between 22 March and 25 April, in every year", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1583, max: 4099 }), (year) => {
        const text = dateText(easterSunday(year));
        expect(new Date(`${text}T12:00:00Z`).getUTCDay()).toBe(0);
        expect(text >= `${year}-03-22` && text <= `${year}-04-25`).toBe(true);
      }),
    );
  });
});

describe("Italian holidays", () => {
  it.each([
    ["2026-01-01", true],
    ["2026-01-06", true],
    ["2026-04-05", true],
    ["2026-04-06", true],
    ["2026-04-07", false],
    ["2024-04-01", true],
    ["2026-06-02", true],
    ["2025-10-04", false],
    ["2026-10-04", true],
    ["2026-12-26", true],
    ["2026-12-27", false],
  ])("%s: %s", (text, expected) => {
    const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
    expect(isItalianHoliday({ year, month, day })).toBe(expected);
  });
});
