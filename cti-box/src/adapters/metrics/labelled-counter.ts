/** Counts by the values of its labels, which come from fixed lists of the domain: what never came is left out. */
import type { Sample } from "../../../sip-engine/engine.ts";

export class LabelledCounter {
  readonly #labels: readonly string[];
  readonly #counts = new Map<string, { values: readonly string[]; count: number }>();

  constructor(...labels: string[]) {
    this.#labels = labels;
  }

  /** One value for each label. */
  add(...values: string[]): void {
    const key = values.join(" ");
    const row = this.#counts.get(key);
    if (row === undefined) this.#counts.set(key, { values, count: 1 });
    else row.count += 1;
  }

  samples(): Sample[] {
    return [...this.#counts.values()].map(({ values, count }) => ({
      labels: Object.fromEntries(this.#labels.map((label, index) => [label, values[index] ?? ""])),
      value: count,
    }));
  }
}
