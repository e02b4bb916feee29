import { expect, test } from "vitest";
import { maskNumbers } from "./bridge-log.ts";

test.each([
  ["a number", "+393315550123", "+39331…23"],
  ["in a sentence", "caller +390612345678 away", "caller +39061…78 away"],
  ["in an address", "https://crm/q?phone=%2B393315550123", "https://crm/q?phone=%2B393…23"],
  ["inside", { fault: { phones: ["+393315550123"] } }, { fault: { phones: ["+39331…23"] } }],
  ["an id is no number", "01K9Z3V4X0PA7GR0VND1CASE01", "01K9Z3V4X0PA7GR0VND1CASE01"],
  ["nothing to mask", { count: 3, none: null }, { count: 3, none: null }],
])("%s is masked", (_case, logged, written) => {
  expect(maskNumbers(logged)).toEqual(written);
});
