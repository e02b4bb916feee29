/** Sender and receiver together, with packets that are lost, late, doubled, or nobody's. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRedPayload } from "./red-payload.ts";
import { giveUpWaiting, newReceiver, receive, waitsUntilMs } from "./text-receiver.ts";
import type { TextArrival, TextReceiver } from "./text-receiver.ts";
import { dueAtMs, emit, restingSender, write } from "./text-sender.ts";
import type { TextFormats, TextPacket } from "./text-sender.ts";

const RED: TextFormats = { t140: 98, red: { payloadType: 100, generations: 2 }, charactersPerSecond: 30 };
const PLAIN: TextFormats = { t140: 98, red: null, charactersPerSecond: 30 };
const FIRST_NUMBER = 65_530;

/** Everything that leaves for these writings until the sender rests. */
function sendAll(writings: readonly { atMs: number; text: string }[], formats = RED): TextPacket[] {
  let sender = restingSender(FIRST_NUMBER);
  const packets: TextPacket[] = [];
  const sendUntil = (endMs: number): void => {
    for (let due = dueAtMs(sender, formats); due !== null && due <= endMs; due = dueAtMs(sender, formats)) {
      const nowMs = Math.max(due, packets.at(-1)?.timestamp ?? 0, lastWriteMs);
      const sent = emit(sender, formats, nowMs);
      sender = sent.sender;
      if (sent.packet !== null) packets.push(sent.packet);
    }
  };
  let lastWriteMs = 0;
  for (const { atMs, text } of writings) {
    sendUntil(atMs);
    lastWriteMs = atMs;
    const written = write(sender, text);
    if (written === null) throw new Error("full");
    sender = written;
  }
  sendUntil(Infinity);
  return packets;
}

function blocksOf({ payload, payloadType }: TextPacket): Buffer[] {
  if (payloadType === 98) return [payload];
  const red = readRedPayload(payload);
  return red === null ? [] : [...red.earlier.map(({ bytes }) => bytes), red.bytes];
}

function arrivalOf(packet: TextPacket, ssrc = 7): TextArrival {
  return { ssrc, sequenceNumber: packet.sequenceNumber, blocks: blocksOf(packet) };
}

/** Takes these packets one after the other, and waits for what is missing at the end. */
function readAll(arrivals: readonly TextArrival[], receiver: TextReceiver = newReceiver("begun")): string {
  let state = receiver;
  let text = "";
  for (const [index, arrival] of arrivals.entries()) {
    const step = receive(state, arrival, index);
    state = step.receiver;
    text += step.text;
    expect(state.early.length).toBeLessThanOrEqual(16);
  }
  for (let until = waitsUntilMs(state); until !== null; until = waitsUntilMs(state)) {
    const step = giveUpWaiting(state, until);
    state = step.receiver;
    text += step.text;
  }
  return text;
}

/** Code points that arrive as they were sent. */
const characters = fc
  .string({ unit: "binary" })
  .map((text) => text.toWellFormed().replaceAll(/[\p{Cc}\u2028\uFEFF\uFFFD]/gu, ""));
const writings = fc
  .array(fc.record({ afterMs: fc.nat({ max: 20_000 }), text: characters }), { minLength: 1, maxLength: 12 })
  .map((list) => {
    let atMs = 0;
    return list.map(({ afterMs, text }) => ({ atMs: (atMs += afterMs), text }));
  });
const whole = (list: readonly { text: string }[]): string => list.map(({ text }) => text).join("");

describe("the sender", () => {
  it("sends what was written at once, then at most every 300 ms, and repeats the last of it twice", () => {
    const packets = sendAll([{ atMs: 1000, text: "Buongiorno, dica" }]);
    expect(packets.map(({ timestamp, marker }) => ({ timestamp, marker }))).toEqual([
      { timestamp: 1000, marker: true },
      { timestamp: 1300, marker: false },
      { timestamp: 1600, marker: false },
      { timestamp: 1900, marker: false },
    ]);
    expect(packets.map((packet) => blocksOf(packet).map(String))).toEqual([
      ["", "", "Buongiorno"],
      ["", "Buongiorno", ", dica"],
      ["Buongiorno", ", dica", ""],
      [", dica", "", ""],
    ]);
  });

  it("marks the first packet after a rest", () => {
    const packets = sendAll([
      { atMs: 0, text: "a" },
      { atMs: 60_000, text: "b" },
    ]);
    expect(packets.filter(({ marker }) => marker).map(({ timestamp }) => timestamp)).toEqual([0, 60_000]);
  });

  it("sends no repetition to a far end that agreed to none", () => {
    expect(sendAll([{ atMs: 0, text: "ciao" }], PLAIN).map(({ payload }) => String(payload))).toEqual(["ciao"]);
  });

  it("takes no more than what is read in minutes", () => {
    expect(write(restingSender(0), "x".repeat(8193))).toBeNull();
  });

  it.each([1, 5, 30, 100])("writes no faster than %i characters a second over ten seconds", (charactersPerSecond) => {
    const formats = { ...RED, charactersPerSecond };
    const sent = sendAll([{ atMs: 0, text: "è".repeat(charactersPerSecond * 30) }], formats).map((packet) => ({
      atMs: packet.timestamp,
      characters: String(blocksOf(packet).at(-1)).length,
    }));
    for (const { atMs } of sent) {
      const window = sent.filter((other) => other.atMs >= atMs && other.atMs < atMs + 10_000);
      expect(window.reduce((sum, one) => sum + one.characters, 0)).toBeLessThanOrEqual(charactersPerSecond * 10);
    }
  });

  it("never sends more than ten characters a packet, nor the half of one, nor packets that are not needed", () => {
    fc.assert(
      fc.property(writings, (list) => {
        for (const packet of sendAll(list)) {
          const blocks = blocksOf(packet).map(String);
          expect(Array.from(blocks.at(-1) ?? "").length).toBeLessThanOrEqual(10);
          expect(blocks.join("")).not.toBe("");
          expect(blocks.join("")).not.toContain("\uFFFD");
        }
      }),
    );
  });
});

describe("sender and receiver", () => {
  it.each([
    ["with redundancy", RED],
    ["without", PLAIN],
  ])("what was written is read, %s", (_how, formats) => {
    fc.assert(
      fc.property(writings, (list) => {
        expect(readAll(sendAll(list, formats).map((one) => arrivalOf(one)))).toBe(whole(list));
      }),
    );
  });

  it("two packets lost in a row are no loss", () => {
    fc.assert(
      fc.property(writings, fc.array(fc.boolean(), { minLength: 400, maxLength: 400 }), (list, losses) => {
        const packets = sendAll(list);
        let inRow = 0;
        const arriving = packets.filter((_packet, index) => {
          // The first says where the stream begins; the end of what is written has its repetitions.
          const isLost = losses[index] === true && inRow < 2 && index > 0 && index < packets.length - 2;
          inRow = isLost ? inRow + 1 : 0;
          return !isLost;
        });
        expect(readAll(arriving.map((one) => arrivalOf(one)))).toBe(whole(list));
      }),
    );
  });

  it("packets in a wrong order, or twice, change nothing", () => {
    fc.assert(
      fc.property(writings, fc.array(fc.nat({ max: 3 }), { minLength: 400, maxLength: 400 }), (list, delays) => {
        const [first, ...others] = sendAll(list).map((one) => arrivalOf(one));
        if (first === undefined) return;
        const late = others
          .flatMap((arrival, index) => [
            { at: index + (delays[index] ?? 0), arrival },
            ...(delays[index] === 3 ? [{ at: index + 2, arrival }] : []),
          ])
          .sort((a, b) => a.at - b.at);
        expect(readAll([first, ...late.map(({ arrival }) => arrival)])).toBe(whole(list));
      }),
    );
  });

  it("where more is lost there is a mark, and nothing is invented", () => {
    fc.assert(
      fc.property(writings, fc.nat(), fc.integer({ min: 3, max: 20 }), (list, start, length) => {
        const packets = sendAll(list).map((one) => arrivalOf(one));
        const from = 1 + (start % packets.length);
        const arriving = [...packets.slice(0, from), ...packets.slice(from + length)];
        const text = readAll(arriving);
        if (arriving.length > from) expect(text.split("\uFFFD").length).toBe(2);
        const [before = "", after = ""] = text.split("\uFFFD");
        expect(whole(list).startsWith(before)).toBe(true);
        expect(whole(list).endsWith(after) || arriving.length === from).toBe(true);
      }),
    );
  });
});

describe("the receiver", () => {
  const arrival = (sequenceNumber: number, text: string, ssrc = 7): TextArrival => ({
    ssrc,
    sequenceNumber,
    blocks: [Buffer.from(text)],
  });

  it("reads what was lost before its first packet, but not twice when it goes on after a restart", () => {
    const first: TextArrival = { ssrc: 7, sequenceNumber: 3, blocks: [Buffer.from("a"), Buffer.from("b")] };
    expect(readAll([first])).toBe("ab");
    expect(readAll([first], newReceiver("resumed"))).toBe("b");
  });

  it("waits half a second for what is missing, then goes on with a mark", () => {
    const begun = receive(newReceiver("begun"), arrival(1, "a"), 0).receiver;
    const gap = receive(begun, arrival(3, "c"), 1000);
    expect(gap.text).toBe("");
    expect(waitsUntilMs(gap.receiver)).toBe(1500);
    expect(receive(gap.receiver, arrival(2, "b"), 1400).text).toBe("bc");
    expect(giveUpWaiting(gap.receiver, 1499).text).toBe("");
    expect(giveUpWaiting(gap.receiver, 1500).text).toBe("\uFFFDc");
  });

  it("believes a new source at once, and a far end that counts anew from its second packet on", () => {
    expect(readAll([arrival(1, "a"), arrival(40_000, "b", 8)])).toBe("ab");
    expect(readAll([arrival(1, "a"), arrival(40_000, "b"), arrival(2, "c")])).toBe("ac");
    expect(readAll([arrival(1, "a"), arrival(40_000, "b"), arrival(40_001, "c")])).toBe("a\uFFFDc");
  });

  it("cuts a flood off with one mark, and reads on when it is over", () => {
    const flood = Array.from({ length: 100 }, (_none, index) => arrival(index, "x".repeat(100)));
    expect(readAll(flood)).toBe(`${"x".repeat(4000)}\uFFFD`);
    let state = newReceiver("begun");
    for (const one of flood) state = receive(state, one, 0).receiver;
    expect(receive(state, arrival(100, "y"), 10_000).text).toBe("y");
  });

  it("stays small and sane whatever comes", () => {
    const any = fc.record({
      ssrc: fc.nat({ max: 2 }),
      sequenceNumber: fc.oneof(fc.nat({ max: 65_535 }), fc.nat({ max: 40 })),
      blocks: fc.array(
        fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)),
        {
          minLength: 1,
          maxLength: 9,
        },
      ),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 200 }), (all) => {
        expect(readAll(all).isWellFormed()).toBe(true);
      }),
    );
  });
});
