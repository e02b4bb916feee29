import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { q850OfStatus, q850Text, sipStatusOf } from "./cause-table.ts";

describe("the table of RFC 3398 and RFC 4497", () => {
  // [status of an answer, cause it is read as]: RFC 3398 §7.2.6.1.
  test.each([
    [400, 41],
    [401, 21],
    [403, 21],
    [404, 1],
    [405, 63],
    [406, 79],
    [407, 21],
    [408, 102],
    [410, 22],
    [415, 79],
    [420, 127],
    [480, 18],
    [481, 41],
    [482, 25],
    [483, 25],
    [484, 28],
    [485, 1],
    [486, 17],
    [487, 16],
    [488, 65],
    [500, 41],
    [501, 79],
    [502, 38],
    [503, 41],
    [504, 102],
    [513, 127],
    [600, 17],
    [603, 21],
    [604, 1],
    [606, 65],
    [499, 127],
  ])("SIP %i is read as Q.850 %i", (status, cause) => {
    expect(q850OfStatus(status)).toBe(cause);
  });

  // RFC 3398 §8.2.6.1; 65 by RFC 4497; 7, 49 and 100 by their class.
  test.each([
    [1, 404],
    [3, 404],
    [17, 486],
    [18, 408],
    [19, 480],
    [20, 480],
    [21, 603],
    [22, 410],
    [27, 502],
    [28, 484],
    [31, 480],
    [34, 503],
    [41, 503],
    [55, 403],
    [65, 488],
    [79, 501],
    [102, 504],
    [111, 500],
    [127, 500],
    [7, 480],
    [49, 503],
    [100, 500],
  ])("Q.850 %i becomes SIP %i", (cause, status) => {
    expect(sipStatusOf(cause)).toBe(status);
  });

  test("every cause has an answer and a name, and every answer a cause", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 127 }), fc.integer({ min: 300, max: 699 }), (cause, status) => {
        expect(sipStatusOf(cause)).toBeGreaterThanOrEqual(400);
        expect(sipStatusOf(cause)).toBeLessThan(700);
        expect(q850Text(cause)).not.toBe("");
        const read = q850OfStatus(status);
        expect(read).toBeGreaterThanOrEqual(1);
        expect(read).toBeLessThanOrEqual(127);
      }),
    );
  });
});
