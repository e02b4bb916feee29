/** What an application reads of the frames written to it: their order, and when a gap keeps two of them apart. */
import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Frame } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter, gap } from "./frame-writer.ts";

/** A writer, and what an application reads: the meta lines of the frames. */
function recorded(): { writer: FrameWriter; read: () => Promise<string[]>; writes: Buffer[] } {
  const writes: Buffer[] = [];
  const socket = new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      // What is written may be used for the next frames as soon as it is taken.
      writes.push(Buffer.from(bytes));
      done();
    },
  });
  const read = async (): Promise<string[]> => {
    await setImmediate();
    const frames = [...new FrameReader().push(Buffer.concat(writes))];
    return frames.map((frame) => (frame.kind === "broken" ? frame.reason : nameOf(frame.payload)));
  };
  return { writer: new FrameWriter(socket), read, writes };
}

function nameOf(payload: Buffer): string {
  return payload.length > 65_536 && gap.includes(payload) ? "gap" : payload.toString();
}

const frame = (meta: string): Frame => ({ meta, message: null });

describe("a frame that must not be read with an earlier one", () => {
  it("comes behind a gap, once for all that stood before the gap", async () => {
    const { writer, read } = recorded();
    const echo = writer.write(frame("echo"));
    const other = writer.write(frame("other echo"));
    writer.write(frame("BYE"), echo);
    writer.write(frame("other BYE"), other);
    expect(await read()).toEqual(["echo", "other echo", "gap", "BYE", "other BYE"]);
    expect(writer.gaps).toBe(1);
  });

  it("needs none where the application has reacted to that one, or to a later one", async () => {
    const { writer, read } = recorded();
    const echo = writer.write(frame("echo"));
    const invite = writer.write(frame("INVITE"));
    const late = writer.write(frame("late echo"));
    writer.hasRead(invite);
    writer.hasRead(echo);
    writer.write(frame("BYE"), echo);
    writer.write(frame("late BYE"), late);
    expect(await read()).toEqual(["echo", "INVITE", "late echo", "BYE", "gap", "late BYE"]);
  });

  it("needs none on a connection that took over from another one", async () => {
    const { writer, read } = recorded();
    writer.write(frame("reply"));
    writer.continueFrom(1_000);
    expect(writer.write(frame("BYE"), 900)).toBe(1_001);
    expect(await read()).toEqual(["reply", "BYE"]);
  });
});

describe("the frames of one turn", () => {
  it("leave in one write, in their order, and the next turn's in another", async () => {
    const { writer, read, writes } = recorded();
    for (const meta of ["one", "two", "three"]) writer.write(frame(meta));
    expect(await read()).toEqual(["one", "two", "three"]);
    expect(writes).toHaveLength(1);
    writer.write(frame("four"));
    expect(await read()).toEqual(["one", "two", "three", "four"]);
  });

  it("keep their order when one of them is longer than what is gathered, or all together are", async () => {
    const { writer, read } = recorded();
    const metas = ["a".repeat(30_000), "b".repeat(300_000), ...Array.from({ length: 60 }, (_each, at) => `c${at}`)];
    for (const meta of metas) writer.write(frame(meta));
    expect(await read()).toEqual(metas);
  });

  it("are whole also while the application does not read", async () => {
    const taken: Buffer[] = [];
    const waiting: (() => void)[] = [];
    const socket = new Writable({
      write: (bytes: Buffer, _encoding, done) => {
        waiting.push(() => {
          taken.push(Buffer.from(bytes));
          done();
        });
      },
    });
    const writer = new FrameWriter(socket);
    for (const meta of ["one", "two", "three"]) {
      writer.write(frame(meta));
      await setImmediate();
    }
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      next();
      await setImmediate();
    }
    expect(Buffer.concat(taken).toString()).toBe("3#one3#two5#three");
  });

  it("come before the end of the connection", async () => {
    const { writer, read } = recorded();
    writer.write(frame("one"));
    writer.end(frame("farewell"));
    expect(await read()).toEqual(["one", "farewell"]);
  });
});

it("the gap is one frame, longer than Node.js reads at once, that quotes no command", () => {
  expect(gap.length).toBeGreaterThan(65_536);
  const [result, ...more] = [...new FrameReader().push(gap)];
  expect(more).toEqual([]);
  expect(result?.kind === "frame" && result.payload.toString("latin1", 0, 90)).toMatch(
    /^0{8}-0000-4000-8000-0{12}\|response\|0{8}-0000-4000-8000-0{12}\|OK\r\n/,
  );
});
