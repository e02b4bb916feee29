/** What is written to a connection in one turn of the event loop goes to the system in one piece: each piece costs a system call, and a busy box makes many. */
import type { Writable } from "node:stream";

const gathering = new WeakSet<Writable>();
const always = new WeakSet<Writable>();

/** What is written from now to the end of this turn leaves together. Whoever destroys the connection meanwhile loses it. */
export function gatherThisTurn(connection: Writable): void {
  if (gathering.has(connection)) return;
  gathering.add(connection);
  connection.cork();
  setImmediate(() => {
    gathering.delete(connection);
    connection.uncork();
  });
}

/** The same for every turn from now on. Doing it again changes nothing. */
export function gatherWrites(connection: Writable): void {
  if (always.has(connection)) return;
  always.add(connection);
  const write = connection.write.bind(connection) as (...words: unknown[]) => boolean;
  connection.write = (...words: unknown[]): boolean => {
    gatherThisTurn(connection);
    return write(...words);
  };
}
