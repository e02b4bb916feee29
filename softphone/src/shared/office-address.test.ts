/** Addresses as operators type them. */
import { describe, expect, test } from "vitest";
import { readOfficeAddress } from "./office-address.ts";

describe("office address", () => {
  test.each([
    ["urp.comune.example", "https://urp.comune.example/"],
    [" https://urp.comune.example/softphone#x ", "https://urp.comune.example/"],
    ["http://127.0.0.1:8080/", "http://127.0.0.1:8080/"],
    ["http://localhost:8080", "http://localhost:8080/"],
  ])("%s", (typed, url) => {
    expect(readOfficeAddress(typed)).toMatchObject({ kind: "valid", url });
  });

  test.each([
    ["", "empty"],
    ["http://urp.comune.example", "not-secure"],
    ["http://127.evil.example", "not-secure"],
    ["file:///etc/passwd", "not-an-address"],
    ["javascript://alert(1)", "not-an-address"],
    ["https://user:pw@urp.example", "not-an-address"],
    ["https://", "not-an-address"],
  ])("%s is refused: %s", (typed, why) => {
    expect(readOfficeAddress(typed)).toEqual({ kind: "invalid", why });
  });
});
