/** Links of other programs, also hostile ones. */
import { describe, expect, test } from "vitest";
import { linkAmong, readLink } from "./deep-link.ts";

describe("links", () => {
  test.each([
    ["tel:+390668888888", "+390668888888"],
    ["tel:06%206888%208888", "0668888888"],
    ["tel:06.6888-8888;phone-context=+39", "0668888888"],
    ["TEL:1500", "1500"],
    ["sip:urp@x-test2.la2.example", "urp@x-test2.la2.example"],
    ["sip:201", "201"],
    ["sip://anna.verdi@uno.example;transport=tcp?Subject=x", "anna.verdi@uno.example"],
  ])("%s fills the search field", (link, text) => {
    expect(readLink(link)).toEqual({ kind: "fill", text });
  });

  test.each([
    ["tel:"],
    ["tel:+39<script>"],
    ["tel:%E0%A4%A"],
    ["sip:a b@c"],
    [`tel:${"1".repeat(400)}`],
    ["https://x.example"],
  ])("%s only opens the window", (link) => {
    expect(readLink(link)).toEqual({ kind: "open" });
  });

  test("the link is found among the arguments of the program", () => {
    expect(linkAmong(["/opt/la2", "--flag", "tel:1500"])).toEqual({ kind: "fill", text: "1500" });
    expect(linkAmong(["/opt/la2", "--flag"])).toBeNull();
  });
});
