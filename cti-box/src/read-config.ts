/** Reads an office's configuration: the file, the environment, and what only a look at the whole can find. All problems at once. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { officeConfigSchema, type OfficeConfig } from "./config.ts";

export type ConfigResult = { ok: true; config: OfficeConfig } | { ok: false; problems: string[] };

/** Thrown by main.ts and la2 to end with exit code 2 and the whole list. */
export class InvalidConfig extends Error {
  readonly problems: readonly string[];
  constructor(file: string, problems: readonly string[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`${file}: ${count}\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** The configuration of the file. Relative folders in it are taken from the file's own folder. Throws {@link InvalidConfig}. */
export function readOfficeConfig(file: string, environment: Record<string, string | undefined>): OfficeConfig {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new InvalidConfig(file, [`cannot be read (${(error as NodeJS.ErrnoException).code})`]);
  }
  const result = parseOfficeConfig(text, environment);
  if (!result.ok) throw new InvalidConfig(file, result.problems);
  const { config } = result;
  return { ...config, dataDirectory: resolve(dirname(file), config.dataDirectory) };
}

/** The configuration in a YAML or JSON text, with what the environment changes. */
export function parseOfficeConfig(text: string, environment: Record<string, string | undefined>): ConfigResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map(
        (error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split("\n")[0]}`,
      ),
    };
  }
  const given: unknown = document.toJS();
  const { overrides, problems: fromEnvironment } = environmentOverrides(environment);
  const merged =
    typeof given === "object" && given !== null && !Array.isArray(given) ? { ...given, ...overrides } : given;
  const parsed = officeConfigSchema.safeParse(merged);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => `${[...issue.path.map(String), key].join(".")}: unknown key`)
        : [`${pathText(issue.path)}: ${issue.message}`],
    );
    return { ok: false, problems: [...problems, ...fromEnvironment] };
  }
  const problems = [...fromEnvironment, ...crossChecks(parsed.data)];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: parsed.data };
}

function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) text += typeof part === "number" ? `[${part}]` : `${text === "" ? "" : "."}${String(part)}`;
  return text === "" ? "(whole file)" : text;
}

function environmentOverrides(environment: Record<string, string | undefined>): {
  overrides: object;
  problems: string[];
} {
  const overrides: Record<string, unknown> = {};
  const problems: string[] = [];
  const rtpengine = environment["LA2_RTPENGINE"];
  if (rtpengine !== undefined && rtpengine !== "") {
    const [, ngHost, ngPort] = /^([^:]+):(\d+)$/.exec(rtpengine) ?? [];
    if (ngHost === undefined) problems.push(`LA2_RTPENGINE: ${rtpengine} is not host:port of rtpengine's ng protocol`);
    else overrides["media"] = { kind: "rtpengine", ngHost, ngPort: Number(ngPort) };
  }
  const drachtio = environment["LA2_DRACHTIO"];
  if (drachtio !== undefined && drachtio !== "") {
    const [, host, port, secret] = /^([^:]+):(\d+)(?:,(.+))?$/.exec(drachtio) ?? [];
    if (host === undefined) problems.push(`LA2_DRACHTIO: ${drachtio} is not host:port,secret of a drachtio-server`);
    else overrides["engine"] = { kind: "drachtio-server", host, port: Number(port), secret: secret ?? "cymru" };
  }
  return { overrides, problems };
}

/** Faults that no single key shows. */
function crossChecks(config: OfficeConfig): string[] {
  const problems: string[] = [];
  const queues = new Set(config.queues.map((queue) => queue.queueId));
  config.numbers.forEach((number, index) => {
    if (!queues.has(number.queueId)) problems.push(`numbers[${index}].queueId: there is no queue ${number.queueId}`);
  });
  config.operators.forEach((operator, index) => {
    for (const queueId of operator.queues)
      if (!queues.has(queueId)) problems.push(`operators[${index}].queues: there is no queue ${queueId}`);
  });
  const unique = (key: string, values: readonly string[]): void => {
    const seen = new Set<string>();
    values.forEach((value) => {
      if (seen.has(value)) problems.push(`${key}: ${value} is there twice`);
      seen.add(value);
    });
  };
  unique(
    "queues.queueId",
    config.queues.map((queue) => queue.queueId),
  );
  unique(
    "numbers.number",
    config.numbers.map((number) => number.number),
  );
  unique(
    "operators.login",
    config.operators.map((operator) => operator.login),
  );
  unique(
    "operators.extension",
    config.operators.map((operator) => operator.extension),
  );
  unique(
    "trunks.addresses",
    config.trunks.flatMap((trunk) => trunk.addresses),
  );
  unique(
    "network.offices.officeId",
    config.network.offices.map((office) => office.officeId),
  );
  const ownId = config.office.officeId;
  if (config.network.offices.length > 0 && !config.network.offices.some((office) => office.officeId === ownId)) {
    problems.push(`network.offices: this office, ${ownId}, is not among them`);
  }
  if (!config.sip.contacts.some((contact) => /transport=[^;]*ws/.test(contact))) {
    problems.push("sip.contacts: none speaks ws, so no softphone could register (add sip:ADDRESS:PORT;transport=ws)");
  }
  return problems;
}
