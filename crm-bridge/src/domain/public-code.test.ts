import * as fc from "fast-check";
import { expect, test } from "vitest";
import { publicCodeOf, readPublicCode } from "./public-code.ts";

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".split("");
const ulid = fc.array(fc.constantFrom(...letters), { minLength: 26, maxLength: 26 }).map((all) => all.join(""));

test("a code is read back however it is written", () => {
  fc.assert(
    fc.property(ulid, (id) => {
      const code = publicCodeOf(id);
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z*~$=U]$/);
      for (const written of [
        code,
        code.toLowerCase(),
        code.replaceAll("-", ""),
        code.replaceAll("-", " "),
        ` ${code} `,
      ]) {
        expect(readPublicCode(written)).toBe(code);
      }
    }),
  );
});

test("one letter heard wrong, or two neighbours exchanged, is noticed", () => {
  fc.assert(
    fc.property(ulid, fc.nat(7), fc.constantFrom(...letters), (id, place, letter) => {
      const plain = publicCodeOf(id).replaceAll("-", "");
      const wrong = plain.slice(0, place) + letter + plain.slice(place + 1);
      if (wrong !== plain) expect(readPublicCode(wrong)).toBeNull();
      const [one, two] = [plain[place] ?? "", place < 7 ? (plain[place + 1] ?? "") : ""];
      const swapped = plain.slice(0, place) + two + one + plain.slice(place + 2);
      if (two !== "" && swapped !== plain) expect(readPublicCode(swapped)).toBeNull();
    }),
    { numRuns: 1_000 },
  );
});

test.each(["", "T7KQ", "T7KQ-M4X9", "ÀÈÌÒ-ÙÀÈÌ-S", "T7KQ-M4X9-S-S", "<script>", "0".repeat(10_000)])(
  "%s is no code",
  (text) => {
    expect(readPublicCode(text)).toBeNull();
  },
);

test("letters that people confuse are taken as meant", () => {
  const code = publicCodeOf(`${"0".repeat(18)}0101ABCD`);
  expect(readPublicCode(code.replace("0101", "OIOL"))).toBe(code);
});
