/** Frames out of a stream that is cut anywhere, and streams that are none. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader, largestFrame, splitPayload, type FrameResult } from "./frame-reader.ts";

const framed = (payload: Buffer): Buffer => Buffer.concat([Buffer.from(`${payload.length}#`), payload]);

function read(pieces: readonly Buffer[], limit?: () => number): FrameResult[] {
  const reader = new FrameReader();
  return pieces.flatMap((piece) => [...reader.push(piece, limit)]);
}

describe("frames", () => {
  it("come out as they went in, wherever the stream is cut", () => {
    const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 });
    const cuts = fc.array(fc.nat(2_000), { maxLength: 20 });
    fc.assert(
      fc.property(payloads, cuts, (given, places) => {
        const stream = Buffer.concat(given.map((payload) => framed(Buffer.from(payload))));
        const sorted = [0, ...places.map((place) => place % (stream.length + 1)), stream.length].sort((a, b) => a - b);
        const pieces = sorted.slice(1).map((end, index) => stream.subarray(sorted[index], end));
        expect(read(pieces)).toEqual(given.map((payload) => ({ kind: "frame", payload: Buffer.from(payload) })));
      }),
    );
  });

  it("of the largest size come out of many small pieces; one byte more is refused with its length", () => {
    const stream = framed(Buffer.alloc(largestFrame, "x"));
    const pieces = Array.from({ length: Math.ceil(stream.length / 1_000) }, (_, index) =>
      stream.subarray(index * 1_000, index * 1_000 + 1_000),
    );
    expect(read(pieces)).toMatchObject([{ kind: "frame", payload: { length: largestFrame } }]);
    expect(read([Buffer.from(`${largestFrame + 1}#`)])).toMatchObject([{ kind: "broken" }]);
  });

  it("are held to the limit of the moment", () => {
    let limit = 10;
    const reader = new FrameReader();
    const stream = Buffer.from("5#first12#second-frame");
    const results: FrameResult["kind"][] = [];
    for (const result of reader.push(stream, () => limit)) {
      results.push(result.kind);
      limit = 100;
    }
    expect(results).toEqual(["frame", "frame"]);
    expect(read([stream], () => 10).map(({ kind }) => kind)).toEqual(["frame", "broken"]);
  });

  it("any bytes: frames or one `broken`, never an exception", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (pieces) => {
        const reader = new FrameReader();
        let broken = 0;
        for (const piece of pieces) {
          if (broken > 0) break;
          for (const { kind } of reader.push(Buffer.from(piece))) if (kind === "broken") broken += 1;
        }
        expect(broken).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2_000 },
    );
  });
});

it("a payload is split at its first line end, and its first line at every bar", () => {
  expect(splitPayload(Buffer.from("a|sip||\r\nINVITE x\r\n\r\nb|c"))).toEqual({
    fields: ["a", "sip", "", ""],
    message: Buffer.from("INVITE x\r\n\r\nb|c"),
  });
  expect(splitPayload(Buffer.from("hello"))).toEqual({ fields: ["hello"], message: null });
});
