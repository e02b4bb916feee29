/** When a gap is written between two frames, and when it is left out. */
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter, gap } from "./frame-writer.ts";

/** A writer, and the names of what it wrote. */
function recorded(): { writer: FrameWriter; written: () => string[] } {
  const socket = new Writable({ write: (_bytes, _encoding, done) => done() });
  const names: string[] = [];
  const write = socket.write.bind(socket) as (bytes: Buffer) => boolean;
  socket.write = ((bytes: Buffer) => {
    names.push(bytes === gap ? "gap" : bytes.toString());
    return write(bytes);
  }) as typeof socket.write;
  return { writer: new FrameWriter(socket), written: () => names };
}

describe("a frame that must not be read with an earlier one", () => {
  it("comes behind a gap, once for all that stood before the gap", () => {
    const { writer, written } = recorded();
    const echo = writer.write(Buffer.from("echo"));
    const other = writer.write(Buffer.from("other echo"));
    writer.write(Buffer.from("BYE"), echo);
    writer.write(Buffer.from("other BYE"), other);
    expect(written()).toEqual(["echo", "other echo", "gap", "BYE", "other BYE"]);
    expect(writer.gaps).toBe(1);
  });

  it("needs none where the application has reacted to that one, or to a later one", () => {
    const { writer, written } = recorded();
    const echo = writer.write(Buffer.from("echo"));
    const invite = writer.write(Buffer.from("INVITE"));
    const late = writer.write(Buffer.from("late echo"));
    writer.hasRead(invite);
    writer.hasRead(echo);
    writer.write(Buffer.from("BYE"), echo);
    writer.write(Buffer.from("late BYE"), late);
    expect(written()).toEqual(["echo", "INVITE", "late echo", "BYE", "gap", "late BYE"]);
  });

  it("needs none on a connection that took over from another one", () => {
    const { writer, written } = recorded();
    writer.write(Buffer.from("reply"));
    writer.continueFrom(1_000);
    expect(writer.write(Buffer.from("BYE"), 900)).toBe(1_001);
    expect(written()).toEqual(["reply", "BYE"]);
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
