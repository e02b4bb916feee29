/** What the box tells of the others, and how it changes what was found in the directory. */
import { describe, expect, test } from "vitest";
import { applyOfficeNews, asItIsNow, nameOfColleague, nothingKnown } from "./office-now.ts";
import type { OfficeNews, OfficeNow } from "./office-now.ts";
import type { Directory } from "../session/session.ts";

const told = (...news: readonly OfficeNews[]): OfficeNow => news.reduce(applyOfficeNews, nothingKnown);
const colleagues: OfficeNews = {
  topic: "colleagues",
  items: [
    { login: "anna", displayName: "Anna Bianchi", state: "available" },
    { login: "bruno", displayName: "Bruno Verdi", state: "on-call" },
  ],
};
const until = "2026-11-23T10:30:00.000Z";

test("a colleague's state changes, the others' do not", () => {
  const now = told(colleagues, { topic: "colleague-state", login: "bruno", state: "available" });
  expect(now.colleagues.map(({ state }) => state)).toEqual(["available", "available"]);
  expect(told(colleagues, { topic: "colleague-state", login: "nobody", state: "away" })).toEqual(told(colleagues));
});

test("colleagues are called by their names; by the login where the box has not told", () => {
  expect(nameOfColleague(told(colleagues), "bruno")).toBe("Bruno Verdi");
  expect(nameOfColleague(nothingKnown, "bruno")).toBe("bruno");
});

describe("what was found in the directory", () => {
  const bruno = {
    login: "bruno",
    displayName: "Bruno Verdi",
    extension: "202",
    state: "ringing",
    recallUntil: until,
  } as const;
  const office = {
    officeId: "x_b",
    label: "B",
    topics: [],
    languages: [],
    openState: "open",
    tariff: "on-net",
    isOwnOffice: false,
  } as const;
  const found: Directory = { offices: [office], operators: [bruno], number: null };

  test("stays as it is while nothing is told", () => {
    expect(asItIsNow(found, nothingKnown)).toEqual(found);
  });

  test("shows states, recalls and opening as they are told", () => {
    const now = told(colleagues, { topic: "offices", items: [{ officeId: "x_b", openState: "closed" }] });
    expect(asItIsNow(found, now)).toMatchObject({
      offices: [{ openState: "closed" }],
      operators: [{ state: "on-call", recallUntil: null }],
    });
    const waiting = applyOfficeNews(now, { topic: "recalls", items: [{ login: "bruno", until }] });
    expect(asItIsNow(found, waiting).operators).toMatchObject([{ state: "on-call", recallUntil: until }]);
  });
});
