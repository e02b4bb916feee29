/** Numbers as people read them. */
import { expect, test } from "vitest";
import { formatPhoneNumber } from "./format-phone-number.ts";

test.each([
  ["+393315550123", "331 555 0123"],
  ["+390695550100", "06 9555 0100"],
  ["+390668888888", "06 6888 8888"],
  ["+390997550200", "099 755 0200"],
  ["+390883123456", "0883 123 456"],
  ["+39011123456", "011 123 456"],
  ["+391500", "1500"],
  ["+442079460000", "+44 207 946 000 0"],
  ["201", "201"],
])("%s is shown as %s", (number, shown) => {
  expect(formatPhoneNumber(number)).toBe(shown);
});
