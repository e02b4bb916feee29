/** Frames as bytes: the length counts bytes, whatever letters they hold. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { FrameReader } from "./frame-reader.ts";
import { largestSize, putFrame, type Frame } from "./frame.ts";

const text = fc
  .string({ unit: "binary", maxLength: 2_000 })
  .map((letters) => letters.replace(/[\r\n\ud800-\udfff]/g, "è"));

it("what is put reads back, at any place and with any letters", () => {
  const frames = fc.record({
    meta: text.filter((letters) => letters !== ""),
    message: fc.option(
      fc.record({ head: text, body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) }),
    ),
  });
  fc.assert(
    fc.property(frames, fc.nat({ max: 50 }), (frame: Frame, at) => {
      const buffer = Buffer.alloc(at + largestSize(frame));
      const end = putFrame(frame, buffer, at);
      const { meta, message } = frame;
      const payload = Buffer.concat([
        Buffer.from(message === null ? meta : `${meta}\r\n${message.head}`),
        message?.body ?? Buffer.alloc(0),
      ]);
      expect([...new FrameReader().push(buffer.subarray(at, end))]).toEqual([{ kind: "frame", payload }]);
    }),
  );
});

it("letters that need more bytes than one may make the length longer by a digit", () => {
  const frame = { meta: "è".repeat(98), message: null };
  const buffer = Buffer.alloc(largestSize(frame));
  expect(buffer.toString("utf8", 0, putFrame(frame, buffer, 0))).toBe(`196#${frame.meta}`);
});
