/** Makes an input out of others: bytes, words of the language, lines and pieces of a second input change places, get lost or come twice. */
import type { Random } from "./random.ts";

const largestInput = 16_384;
const interesting = [
  0x00, 0x0a, 0x0d, 0x20, 0x22, 0x23, 0x2c, 0x3a, 0x3b, 0x3c, 0x3e, 0x40, 0x5b, 0x5c, 0x5d, 0x7c, 0x80, 0xff,
];
const numbers = [
  "0",
  "-1",
  "1",
  "255",
  "256",
  "65535",
  "65536",
  "2147483647",
  "2147483648",
  "4294967296",
  "9".repeat(40),
];

export type Material = { corpus: readonly Buffer[]; words: readonly string[]; random: Random };

type Mutation = (input: Buffer, material: Material) => Buffer;

const cut = (input: Buffer, [from, to]: readonly [number, number], between: Buffer): Buffer =>
  Buffer.concat([input.subarray(0, from), between, input.subarray(to)]);

function stretch(input: Buffer, random: Random): { from: number; to: number } {
  const from = random.below(input.length + 1);
  return { from, to: Math.min(input.length, from + 1 + random.below(random.below(4) === 0 ? 200 : 8)) };
}

const mutations: readonly Mutation[] = [
  // A bit, a byte, a byte that means something.
  (input, { random }) => {
    const copy = Buffer.from(input);
    const at = random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return copy;
  },
  (input, { random }) => {
    const copy = Buffer.from(input);
    copy[random.below(copy.length)] = random.of(interesting);
    return copy;
  },
  (input, { random }) => {
    const at = random.below(input.length + 1);
    return cut(input, [at, at], Buffer.from([random.below(2) === 0 ? random.of(interesting) : random.below(256)]));
  },
  // A word of the language put in, or in the place of something.
  (input, { random, words }) => {
    const at = random.below(input.length + 1);
    return cut(input, [at, at], Buffer.from(random.of(words), "latin1"));
  },
  (input, { random, words }) => {
    const { from, to } = stretch(input, random);
    return cut(input, [from, to], Buffer.from(random.of(words), "latin1"));
  },
  // Something lost, something twice, something a hundred times.
  (input, { random }) => {
    const { from, to } = stretch(input, random);
    return cut(input, [from, to], Buffer.alloc(0));
  },
  (input, { random }) => {
    const { from, to } = stretch(input, random);
    return cut(input, [to, to], input.subarray(from, to));
  },
  (input, { random }) => {
    const { from, to } = stretch(input, random);
    const times = 1 + random.below(random.below(20) === 0 ? 300 : 20);
    return cut(input, [to, to], Buffer.concat(Array.from({ length: times }, () => input.subarray(from, to))));
  },
  // The end lost.
  (input, { random }) => input.subarray(0, random.below(input.length + 1)),
  // A piece of another input.
  (input, { random, corpus }) => {
    const other = random.of(corpus);
    const { from, to } = stretch(other, random);
    const at = random.below(input.length + 1);
    return cut(input, [at, random.below(2) === 0 ? at : input.length], other.subarray(from, to));
  },
  // Lines change places, get lost or come twice.
  (input, { random }) => {
    const lines = input.toString("latin1").split("\r\n");
    const [one, other] = [random.below(lines.length), random.below(lines.length)];
    const kind = random.below(3);
    if (kind === 0) [lines[one], lines[other]] = [lines[other] ?? "", lines[one] ?? ""];
    else lines.splice(one, kind === 1 ? 1 : 0, ...(kind === 1 ? [] : [lines[other] ?? ""]));
    return Buffer.from(lines.join("\r\n"), "latin1");
  },
  // A number becomes another one.
  (input, { random }) => {
    const text = input.toString("latin1");
    const found = [...text.matchAll(/\d+/g)];
    if (found.length === 0) return input;
    const { index, 0: digits } = random.of(found);
    return Buffer.from(text.slice(0, index) + random.of(numbers) + text.slice(index + digits.length), "latin1");
  },
];

/** One to six mutations of an input of the corpus. */
export function mutated(material: Material): Buffer {
  const { random, corpus } = material;
  let input = random.of(corpus);
  for (let count = 1 + random.below(random.below(3) === 0 ? 6 : 2); count > 0; count -= 1) {
    if (input.length === 0) input = random.of(corpus);
    input = random.of(mutations)(input, material).subarray(0, largestInput);
  }
  return input;
}
