/** One family of measurements, with one value or with a sample for each label. */
import type { Family, Sample } from "../../../sip-engine/engine.ts";

export function gauge(name: string, help: string, value: number | readonly Sample[]): Family {
  return { name, help, type: "gauge", samples: typeof value === "number" ? [{ value }] : value };
}

export function counter(name: string, help: string, value: number | readonly Sample[]): Family {
  return { name, help, type: "counter", samples: typeof value === "number" ? [{ value }] : value };
}

export function byLabel(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
