/** What each member of a conference hears, sample by sample. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeAlaw, encodeAlaw, encodeMulaw, decodeMulaw } from "../audio/g711.ts";
import { Conference } from "./conference.ts";
import type { LegId } from "../../../domain/call/ids.ts";

const names = ["anna", "bruno", "citizen"].map((name) => name as LegId);
const [anna, bruno, citizen] = names as [LegId, LegId, LegId];

/** Speech of one level, in packets of `samples`. */
class Speaker {
  private sequenceNumber: number;
  private readonly conference: Conference;
  private readonly legId: LegId;

  constructor(conference: Conference, legId: LegId, sequenceNumber = 65_534) {
    this.conference = conference;
    this.legId = legId;
    this.sequenceNumber = sequenceNumber;
  }

  say(level: number, how: { samples?: number; codec?: "pcma" | "pcmu"; step?: number } = {}): void {
    const { samples = 160, codec = "pcma", step = 1 } = how;
    this.sequenceNumber = (this.sequenceNumber + step) & 0xffff;
    const payload = Buffer.alloc(samples, codec === "pcma" ? encodeAlaw(level) : encodeMulaw(level));
    const packet = {
      payloadType: 8,
      timestamp: 0,
      ssrc: 1,
      marker: false,
      sequenceNumber: this.sequenceNumber,
      payload,
    };
    this.conference.hear(this.legId, { kind: "audio", codec, packet });
  }
}

function open(): { conference: Conference; speakers: Map<LegId, Speaker> } {
  const conference = new Conference("conference");
  for (const name of names) conference.join(name);
  return { conference, speakers: new Map(names.map((name) => [name, new Speaker(conference, name)])) };
}

/** The level of what the member hears in this beat. */
function heard(conference: Conference, legId: LegId, beat: number): number {
  const frame = conference.soundFor(legId).frame("pcma", beat);
  expect(frame).toHaveLength(160);
  return decodeAlaw(frame[80] ?? 0);
}

describe("a conference", () => {
  test("each hears the sum of the others, never itself, cut off at full scale", () => {
    const level = fc.integer({ min: -32_000, max: 32_000 });
    fc.assert(
      fc.property(fc.tuple(level, level, level), fc.constantFrom("pcma", "pcmu"), (levels, codec) => {
        const { conference, speakers } = open();
        for (const [index, name] of names.entries())
          for (let packet = 0; packet < 3; packet += 1) speakers.get(name)?.say(levels[index] ?? 0, { codec });
        const decoded = levels.map((one) =>
          codec === "pcma" ? decodeAlaw(encodeAlaw(one)) : decodeMulaw(encodeMulaw(one)),
        );
        const all = decoded.reduce((sum, one) => sum + one, 0);
        for (const [index, name] of names.entries()) {
          const others = Math.max(-32_768, Math.min(32_767, all - (decoded[index] ?? 0)));
          expect(heard(conference, name, 1)).toBe(decodeAlaw(encodeAlaw(others)));
        }
      }),
    );
  });

  test("packets of any length and beats served in any order give every member the same 20 ms", () => {
    const { conference, speakers } = open();
    for (let packet = 0; packet < 6; packet += 1) speakers.get(anna)?.say(1000, { samples: 80 });
    for (let packet = 0; packet < 3; packet += 1) speakers.get(bruno)?.say(3000, { samples: 240 });
    const beats = [1, 2, 3].map((beat) => [citizen, bruno, anna].map((name) => heard(conference, name, beat)));
    for (const [toCitizen, toBruno, toAnna] of beats) {
      expect(toBruno).toBe(decodeAlaw(encodeAlaw(1000)));
      expect(toAnna).toBe(decodeAlaw(encodeAlaw(3000)));
      expect(toCitizen).toBeGreaterThan(3500);
    }
  });

  test("it waits for 60 ms before it begins, and again after a gap", () => {
    const { conference, speakers } = open();
    const speaker = speakers.get(anna);
    speaker?.say(1000);
    speaker?.say(1000);
    expect(heard(conference, bruno, 1)).toBeLessThan(20);
    speaker?.say(1000);
    expect([2, 3, 4, 5].map((beat) => heard(conference, bruno, beat) > 900)).toEqual([true, true, true, false]);
    speaker?.say(1000);
    expect(heard(conference, bruno, 6)).toBeLessThan(20);
  });

  test("packets that come twice or too late are not heard again; lost ones leave no lasting delay", () => {
    const { conference, speakers } = open();
    const speaker = speakers.get(anna);
    for (let packet = 0; packet < 3; packet += 1) speaker?.say(1000, { step: 2 });
    speaker?.say(9000, { step: 0 });
    speaker?.say(9000, { step: -1 });
    const levels = [1, 2, 3, 4].map((beat) => heard(conference, bruno, beat));
    expect(levels.every((one) => one < 1100)).toBe(true);
    expect(levels[3]).toBeLessThan(20);
  });

  test("a far end whose clock runs fast is never heard more than 160 ms late", () => {
    const { conference, speakers } = open();
    for (let packet = 0; packet < 50; packet += 1) speakers.get(anna)?.say(packet < 42 ? 9000 : 1000);
    expect(heard(conference, bruno, 1)).toBe(decodeAlaw(encodeAlaw(1000)));
  });

  test("who left is neither heard nor hears", () => {
    const { conference, speakers } = open();
    for (let packet = 0; packet < 3; packet += 1) speakers.get(anna)?.say(1000);
    conference.leave(anna);
    speakers.get(anna)?.say(1000);
    expect(heard(conference, bruno, 1)).toBeLessThan(20);
  });
});
