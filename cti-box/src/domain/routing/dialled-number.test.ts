/** Numbers as people dial them in Italy. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { readDialled } from "./dialled-number.ts";

it.each([
  ["112", "112", "emergency"],
  ["118", "118", "emergency"],
  ["+39113", "113", "emergency"],
  ["1530", "1530", "emergency"],
  ["116117", "116117", "short-code"],
  ["1500", "1500", "short-code"],
  ["4530", "4530", "short-code"],
  ["06 9555 0100", "+390695550100", "geographic"],
  ["(06) 95550100", "+390695550100", "geographic"],
  ["02/1234.567", "+39021234567", "geographic"],
  ["+39 06 95550100", "+390695550100", "geographic"],
  ["0039 06 95550100", "+390695550100", "geographic"],
  ["tel:+390695550100", "+390695550100", "geographic"],
  ["333 123 4567", "+393331234567", "mobile"],
  ["+393331234567", "+393331234567", "mobile"],
  ["800 123 456", "+39800123456", "freephone"],
  ["803116", "+39803116", "freephone"],
  ["848 800 400", "+39848800400", "shared-cost"],
  ["199 123 456", "+39199123456", "shared-cost"],
  ["892000", "+39892000", "premium"],
  ["899 123456", "+39899123456", "premium"],
  ["895123456", "+39895123456", "premium"],
  ["1254", "1254", "premium"],
  ["166123456", "+39166123456", "premium"],
  ["0878123456", "+390878123456", "premium"],
  ["+881612345678", "+881612345678", "premium"],
  ["+39 899 123456", "+39899123456", "premium"],
  ["5512345678", "+395512345678", "nomadic"],
  ["0041 91 123 45 67", "+41911234567", "international"],
  ["+378 0549 123456", "+3780549123456", "international"],
])("%s is %s, %s", (text, number, kind) => {
  expect(readDialled(text)).toEqual({ number, kind });
});

it.each(["", "anna", "201", "+", "00", "+0612345678", "33312", "06", "06*1", "+39", "9".repeat(20), "sip:112@x"])(
  "%j is no number to dial",
  (text) => {
    expect(readDialled(text)).toBeNull();
  },
);

it("what was read is read again as the same", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^(\+|00)?[0-9]{1,15}$/), (text) => {
      const read = readDialled(text);
      if (read !== null) expect(readDialled(read.number)).toEqual(read);
    }),
    { numRuns: 2000 },
  );
});
