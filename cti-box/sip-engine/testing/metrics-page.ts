/** Strict reader of the text format of Prometheus (0.0.4), written from its description: whatever is odd throws. */

export type MetricsPage = {
  types: Map<string, string>;
  /** By name with its labels as they are written. */
  values: Map<string, number>;
};

const name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const sampleLine = new RegExp(`^(${name})(\\{${label}(?:,${label})*\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|[+-]Inf|NaN)$`);
const helpLine = new RegExp(`^# HELP (${name}) (\\S.*)$`);
const typeLine = new RegExp(`^# TYPE (${name}) (counter|gauge|histogram)$`);

/** `prefixes`: what the names begin with. */
export function readMetrics(text: string, prefixes = ["sip_engine_"]): MetricsPage {
  if (!text.endsWith("\n")) throw new Error("does not end with a line end");
  const types = new Map<string, string>();
  const values = new Map<string, number>();
  let family = { name: "", helped: "" };
  for (const line of text.slice(0, -1).split("\n")) {
    const help = helpLine.exec(line);
    const type = typeLine.exec(line);
    if (help !== null) family = { name: "", helped: help[1] ?? "" };
    else if (type !== null) {
      if (type[1] !== family.helped || types.has(family.helped)) throw new Error(`out of order: ${line}`);
      family = { ...family, name: type[1] };
      types.set(family.name, type[2] ?? "");
    } else takeSample(line, { family: family.name, types, values, prefixes });
  }
  return { types, values };
}

function takeSample(
  line: string,
  { family, types, values, prefixes }: MetricsPage & { family: string; prefixes: readonly string[] },
): void {
  const [, name = "", labels = "", value = ""] = sampleLine.exec(line) ?? [];
  if (name === "") throw new Error(`not a sample: ${line}`);
  const belongs = types.get(family) === "histogram" ? name.replace(/_(bucket|sum|count)$/, "") : name;
  if (belongs !== family) throw new Error(`${name} stands in the family ${family}`);
  if (!prefixes.some((prefix) => name.startsWith(prefix))) throw new Error(`${name} has no prefix`);
  if ((types.get(family) === "counter") !== name.endsWith("_total"))
    throw new Error(`${name}: only counters end in _total`);
  if (values.has(name + labels)) throw new Error(`twice: ${name}${labels}`);
  values.set(name + labels, value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value));
}
