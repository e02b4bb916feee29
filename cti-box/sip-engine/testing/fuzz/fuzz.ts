/**
 * The fuzzer. First it looks at what each input makes run (`coverage.ts`) and keeps the inputs that make something new run; then it goes on from all that it kept
 * at full speed. From time to time the grammar gives fresh inputs.
 */
import { heapAfterCollection } from "../soak/heap.ts";
import { Coverage } from "./coverage.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { mutated } from "./mutate.ts";
import { Random } from "./random.ts";

export type FuzzOrder = { inputs: number; seed: number };
export type FuzzReport = {
  inputs: number;
  seconds: number;
  /** Inputs kept because they made something new run, with those to start from. */
  corpus: number;
  /** Blocks of code that ran, by frequency. */
  blocks: number;
  /** After a full collection: when a tenth of the inputs was through, and at the end. */
  heapBytes: { early: number; end: number };
  failure: { input: string; error: string } | null;
};

/** Coverage is looked at once for so many inputs; only when it grew, each of them is looked at alone. */
const batch = 64;
const turnEvery = 256;
const guidedShare = 0.1;
const largestGuided = 60_000;
const grammarEvery = 10_000;
const largestCorpus = 5_000;

export async function fuzz(target: FuzzTarget, order: FuzzOrder): Promise<FuzzReport> {
  const started = performance.now();
  const fuzzing = new Fuzzing(target, order.seed);
  const early = Math.ceil(order.inputs / 10);
  // Inputs behind a socket cannot be told apart by what they make run.
  const guided = target.settle ? 0 : Math.min(largestGuided, Math.ceil(order.inputs * guidedShare));
  const blocks = fuzzing.guided(guided);
  await fuzzing.plain(Math.max(0, early - guided));
  const heapEarly = await heapAtRest(target);
  await fuzzing.plain(order.inputs - fuzzing.inputs);
  const heapEnd = await heapAtRest(target);
  return {
    inputs: fuzzing.inputs,
    seconds: (performance.now() - started) / 1_000,
    corpus: fuzzing.corpusSize,
    blocks,
    heapBytes: { early: heapEarly, end: heapEnd },
    failure: fuzzing.failure,
  };
}

async function heapAtRest(target: FuzzTarget): Promise<number> {
  await target.rest?.();
  return (await heapAfterCollection()).usedBytes;
}

class Fuzzing {
  inputs = 0;
  failure: FuzzReport["failure"] = null;
  readonly #target: FuzzTarget;
  readonly #random: Random;
  readonly #corpus: Buffer[];
  #grammar: readonly Buffer[] = [];

  constructor(target: FuzzTarget, seed: number) {
    this.#target = target;
    this.#random = new Random(seed);
    this.#corpus = [...target.seeds];
  }

  get corpusSize(): number {
    return this.#corpus.length;
  }

  /** Keeps what makes something new run; the number of blocks that ran. */
  guided(count: number): number {
    if (count === 0) return 0;
    const coverage = new Coverage();
    for (const seed of this.#corpus) this.#run(seed);
    coverage.isNew();
    for (let done = 0; done < count && this.failure === null; done += batch) {
      const inputs = Array.from({ length: batch }, () => this.#input());
      for (const input of inputs) this.#run(input);
      if (coverage.isNew()) this.#keepNew(inputs, coverage);
    }
    coverage.close();
    return coverage.size;
  }

  async plain(count: number): Promise<void> {
    for (let done = 0; done < count && this.failure === null; done += 1) {
      this.#run(this.#input());
      if (done % turnEvery === turnEvery - 1) await this.#turn();
    }
    await this.#turn();
  }

  /** What the batch made run is known by now: who of them makes it run again stays. */
  #keepNew(inputs: readonly Buffer[], coverage: Coverage): void {
    const alone = new Set<number>();
    for (const [index, input] of inputs.entries()) {
      this.#run(input);
      if (coverage.isNew()) alone.add(index);
    }
    // Nobody alone made it more: any of them may have been the first.
    const kept = alone.size > 0 ? [...alone] : [this.#random.below(inputs.length)];
    for (const index of kept) {
      const input = inputs[index];
      if (input !== undefined && this.#corpus.length < largestCorpus) this.#corpus.push(Buffer.from(input));
    }
  }

  async #turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    try {
      await this.#target.settle?.();
    } catch (error) {
      this.failure ??= { input: "", error: String(error) };
    }
  }

  #input(): Buffer {
    const { grammar, words } = this.#target;
    if (grammar !== undefined && this.inputs % grammarEvery === 0) this.#grammar = grammar(batch, this.inputs);
    const isFresh = this.#grammar.length > 0 && this.#random.below(4) === 0;
    return mutated({ corpus: isFresh ? this.#grammar : this.#corpus, words, random: this.#random });
  }

  #run(input: Buffer): void {
    this.inputs += 1;
    try {
      this.#target.run(input);
    } catch (error) {
      this.failure ??= {
        input: input.toString("base64"),
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  }
}
