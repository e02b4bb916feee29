/** What passes between a companion (a program that outlives the box that started it) and its owner. */

/** First line on the companion's standard input. */
export type CompanionOrder = {
  /** Whoever says it on the owner port is the owner. */
  secret: string;
  /** Without an owner for so long, the companion ends by itself. */
  orphanedMs: number;
  /** What it is to run, in its own words. */
  order: unknown;
};

/** Its only line on standard output. */
export type CompanionReady = { ownerPort: number } | { problem: string };

/** Messages are JSON, one a line. The first one of either side: */
export type OwnerHello = { secret: string };
export type CompanionHello = { kind: "hello"; facts: unknown };

/** Calls `take` with every whole line. A line longer than `longest` characters is given up with the connection: `null`. */
export function lineReader(take: (line: string | null) => void, longest = 64 * 1024 * 1024): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
    if (rest.length > longest) take(null);
  };
}
