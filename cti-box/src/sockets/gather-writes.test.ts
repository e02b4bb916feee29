import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { gatherWrites } from "./gather-writes.ts";

/** Notes how many chunks each call to the system brings. */
class Pieces extends Writable {
  readonly pieces: string[][] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push([chunk.toString()]);
    done();
  }
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.pieces.push(chunks.map(({ chunk }) => chunk.toString()));
    done();
  }
}
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test("what is written in one turn leaves in one piece and in order, the next turn's in another", async () => {
  const connection = new Pieces();
  gatherWrites(connection);
  gatherWrites(connection);
  const told: string[] = [];
  connection.write("a", () => told.push("a"));
  connection.write("b");
  await Promise.resolve();
  connection.write("c", () => told.push("c"));
  expect(connection.pieces).toEqual([]);
  await nextTurn();
  expect(connection.pieces).toEqual([["a", "b", "c"]]);
  connection.write("d");
  await nextTurn();
  expect(connection.pieces).toEqual([["a", "b", "c"], ["d"]]);
  await nextTurn();
  expect(told).toEqual(["a", "c"]);
});

test("an end takes what was gathered along", async () => {
  const connection = new Pieces();
  gatherWrites(connection);
  connection.write("last words");
  connection.end();
  await new Promise((resolve) => connection.once("finish", resolve));
  expect(connection.pieces).toEqual([["last words"]]);
});
