/** Writes measurements in the text format of Prometheus (0.0.4). */

export type Labels = Readonly<Record<string, string>>;
export type Sample = { labels?: Labels; value: number };
export type Family = { name: string; help: string; type: "counter" | "gauge"; samples: readonly Sample[] };

export const contentType = "text/plain; version=0.0.4; charset=utf-8";

/** Upper bounds in seconds; how often each was not exceeded, and the one before was; the last count is of what exceeded them all. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.#bounds.length && value > (this.#bounds[index] ?? 0)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  write(name: string, help: string): string {
    let total = 0;
    const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
    for (const [index, count] of this.#counts.entries()) {
      total += count;
      lines.push(`${name}_bucket{le="${this.#bounds[index] ?? "+Inf"}"} ${total}`);
    }
    lines.push(`${name}_sum ${this.#sum}`, `${name}_count ${total}`);
    return `${lines.join("\n")}\n`;
  }
}

/** One family with all its samples. */
export function writeFamily({ name, help, type, samples }: Family): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  for (const { labels = {}, value } of samples) {
    const written = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    lines.push(`${name}${written.length === 0 ? "" : `{${written.join(",")}}`} ${value}`);
  }
  return `${lines.join("\n")}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
