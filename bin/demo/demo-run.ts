/** The record of one demo: steps as they happen, and numbers with their targets. A failed step ends the run; a missed target does not. */

export type StepResult = { name: string; outcome: "passed" | "failed"; ms: number; words: string };

export type Measure = {
  name: string;
  value: number | null;
  unit: "ms" | "legs";
  /** The value has to be below it, or equal to it where it is 0. */
  target: number;
};

export class StepFailed extends Error {}

export class DemoRun {
  readonly steps: StepResult[] = [];
  readonly measures: Measure[] = [];
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** Runs one step and tells how it went. Throws {@link StepFailed}. */
  async step<T>(name: string, act: () => Promise<T>, words: (value: T) => string = () => ""): Promise<T> {
    const startedAt = performance.now();
    try {
      const value = await act();
      this.#add({ name, outcome: "passed", ms: performance.now() - startedAt, words: words(value) });
      return value;
    } catch (error) {
      const [reason = ""] = (error as Error).message.split("\n");
      this.#add({ name, outcome: "failed", ms: performance.now() - startedAt, words: reason });
      throw new StepFailed(`${name}: ${(error as Error).message}`, { cause: error });
    }
  }

  measure(measure: Measure): void {
    this.measures.push(measure);
  }

  get hasPassed(): boolean {
    return (
      this.steps.length > 0 &&
      this.steps.every(({ outcome }) => outcome === "passed") &&
      this.measures.length > 0 &&
      this.measures.every(isOnTarget)
    );
  }

  #add(step: StepResult): void {
    this.steps.push(step);
    const sign = step.outcome === "passed" ? "✓" : "✗";
    const number = String(this.steps.length).padStart(3);
    this.#tell(`${number} ${sign} ${step.name.padEnd(58)} ${`${Math.round(step.ms)} ms`.padStart(9)}  ${step.words}`);
  }
}

export function isOnTarget({ value, target }: Measure): boolean {
  return value !== null && (target === 0 ? value === 0 : value < target);
}

/** Middle value; null of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function measureLine(measure: Measure): string {
  const value = measure.value === null ? "not measured" : `${round(measure.value)} ${measure.unit}`;
  const target = measure.target === 0 ? "0" : `< ${measure.target} ${measure.unit}`;
  return `  ${isOnTarget(measure) ? "✓" : "✗"} ${measure.name.padEnd(70)} ${value.padStart(12)}   target ${target}`;
}

export const round = (value: number): number => Math.round(value * 10) / 10;
