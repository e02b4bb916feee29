/** What a process of the soak holds in memory after a full collection; for processes started with `--expose-gc`. */

export type Heap = {
  /** Objects, and what they hold outside of the heap (buffers); bytes. */
  usedBytes: number;
  residentBytes: number;
};

/** Collects until nothing is left to collect: memory outside of the heap is given back a turn after the object that held it. */
export async function heapAfterCollection(): Promise<Heap> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error("start this process with --expose-gc");
  for (let round = 0; round < 6; round += 1) {
    await collect({ type: "major", execution: "async" });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { usedBytes: heapUsed + external, residentBytes: rss };
}
