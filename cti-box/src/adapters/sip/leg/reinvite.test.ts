/** Repeating a re-INVITE, and the versions of descriptions in one dialog. */
import { describe, expect, test } from "vitest";
import { continuedFrom, nextVersionOf, pauseAfterGlare } from "./reinvite.ts";

describe("the pause after a 491", () => {
  test.each([
    ["uac", 0, 2100],
    ["uac", 0.999_999, 4000],
    ["uas", 0, 0],
    ["uas", 0.999_999, 2000],
    ["uas", 0.5, 1000],
  ] as const)("%s at %d: %d ms", (type, random, pauseMs) => {
    expect(pauseAfterGlare({ type }, random)).toBe(pauseMs);
  });
});

describe("descriptions of one dialog", () => {
  const described = (origin: string, rest = "s=-") => `v=0\r\no=${origin}\r\n${rest}\r\n`;
  const earlier = described("- 7 3 IN IP4 192.0.2.1");

  test("an offer keeps the origin and counts up, also when the media server has another one", () => {
    expect(nextVersionOf(earlier, described("x 9 1 IN IP4 192.0.2.2", "s=new"))).toBe(
      described("- 7 4 IN IP4 192.0.2.1", "s=new"),
    );
    expect(nextVersionOf("", earlier)).toBe(earlier);
  });

  test.each([
    ["the same version", "- 7 3 IN IP4 192.0.2.1", "- 7 3 IN IP4 192.0.2.1"],
    ["a later one", "- 7 5 IN IP4 192.0.2.1", "- 7 5 IN IP4 192.0.2.1"],
    ["an earlier one", "- 7 2 IN IP4 192.0.2.1", "- 7 4 IN IP4 192.0.2.1"],
    ["another session", "- 8 3 IN IP4 192.0.2.1", "- 7 4 IN IP4 192.0.2.1"],
  ])("an answer with %s", (_what, given, sent) => {
    expect(continuedFrom(earlier, described(given))).toBe(described(sent));
  });
});
