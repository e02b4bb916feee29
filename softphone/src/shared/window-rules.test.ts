/** What the window allows. */
import { describe, expect, test } from "vitest";
import { mayNavigate, mayUse, opensOutside } from "./window-rules.ts";

const office = "https://urp.example";

describe("window rules", () => {
  test.each([
    ["https://urp.example/x", true],
    ["https://urp.example:444/", false],
    ["http://urp.example/", false],
    ["https://evil.example/https://urp.example", false],
    ["file:///etc/passwd", false],
    ["nonsense", false],
  ])("may navigate to %s: %s", (url, expected) => expect(mayNavigate(url, office)).toBe(expected));

  test.each([
    ["https://rt.example/Ticket/Display.html?id=1", true],
    ["javascript:alert(1)", false],
    ["file:///etc/passwd", false],
    ["smb://share", false],
  ])("opens outside %s: %s", (url, expected) => expect(opensOutside(url)).toBe(expected));

  test.each([
    [{ permission: "media", origin: `${office}/`, mediaTypes: ["audio"] }, true],
    [{ permission: "media", origin: `${office}/`, mediaTypes: ["audio", "video"] }, false],
    [{ permission: "media", origin: "https://evil.example/", mediaTypes: ["audio"] }, false],
    [{ permission: "notifications", origin: office, mediaTypes: [] }, false],
    [{ permission: "media", origin: `${office}/`, mediaTypes: [] }, false],
    [{ permission: "media", origin: "nonsense", mediaTypes: ["audio"] }, false],
    [{ permission: "geolocation", origin: office, mediaTypes: [] }, false],
    [{ permission: "display-capture", origin: office, mediaTypes: [] }, false],
  ])("%o: %s", (asked, expected) => expect(mayUse(asked, office)).toBe(expected));
});
