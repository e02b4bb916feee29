/** Reads an office's configuration: the file, the environment, and what only a look at the whole can find. All problems at once. */
import { accessSync, constants, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { officeConfigSchema, type OfficeConfig } from "./config.ts";
import { environmentOverrides } from "./config/environment-overrides.ts";
import { addressesOfThisMachine, addressProblems } from "./config/media-problems.ts";
import { trunkProblems } from "./config/trunk-problems.ts";
import { costProblems, retentionProblems } from "./record-config.ts";
import { queueProblems } from "./config/queue-problems.ts";
import { sharingProblems } from "./config/sharing-section.ts";
import { isSecureContact, uriOf } from "./sip-contacts.ts";

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
  const config = withResolvedPaths(result.config, dirname(file));
  const problems = [...unreadableFiles(config), ...addressProblems(config.media, addressesOfThisMachine())];
  if (problems.length > 0) throw new InvalidConfig(file, problems);
  return config;
}

/** Paths in the file are taken from the file's own folder. */
function withResolvedPaths(config: OfficeConfig, folder: string): OfficeConfig {
  const { api, media, sip, softphoneDirectory } = config;
  const at = (path: string): string => resolve(folder, path);
  const { caFile, clientCaFile } = sip.tls ?? {};
  return {
    ...config,
    dataDirectory: at(config.dataDirectory),
    ...(softphoneDirectory !== undefined && { softphoneDirectory: at(softphoneDirectory) }),
    ...(api.tls && { api: { ...api, tls: { certFile: at(api.tls.certFile), keyFile: at(api.tls.keyFile) } } }),
    ...(sip.tls && {
      sip: {
        ...sip,
        tls: {
          ...sip.tls,
          certFile: at(sip.tls.certFile),
          keyFile: at(sip.tls.keyFile),
          ...(caFile !== undefined && { caFile: at(caFile) }),
          ...(clientCaFile !== undefined && { clientCaFile: at(clientCaFile) }),
        },
      },
    }),
    ...(media.kind === "rtpengine" &&
      media.holdMusicFile !== undefined && { media: { ...media, holdMusicFile: at(media.holdMusicFile) } }),
  };
}

function unreadableFiles({ api, sip }: OfficeConfig): string[] {
  const { certFile, keyFile, caFile, clientCaFile } = sip.tls ?? {};
  const files = {
    ...prefixed("api.tls", api.tls ?? {}),
    ...prefixed("sip.tls", { certFile, keyFile, caFile, clientCaFile }),
  };
  return Object.entries(files).flatMap(([key, path]) => {
    if (path === undefined) return [];
    try {
      accessSync(path, constants.R_OK);
      return [];
    } catch (error) {
      return [`${key}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`];
    }
  });
}

function prefixed(section: string, files: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(files).map(([key, path]) => [`${section}.${key}`, path]));
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
  let given: unknown;
  try {
    given = document.toJS();
  } catch (error) {
    return { ok: false, problems: [`(whole file): ${(error as Error).message}`] };
  }
  const { overrides, problems: fromEnvironment } = environmentOverrides(environment, given);
  const merged = isRecord(given) ? withUsualEngine({ ...given, ...overrides }) : given;
  const parsed = officeConfigSchema.safeParse(merged);
  const problems = [...fromEnvironment, ...(parsed.success ? [] : parsed.error.issues.flatMap(problemsOf))];
  problems.push(...crossChecks(parsed.success ? parsed.data : soundSections(merged)));
  return parsed.success && problems.length === 0 ? { ok: true, config: parsed.data } : { ok: false, problems };
}

/** With rtpengine calls can outlive the box, so the engine has a process of its own unless the file says otherwise. */
function withUsualEngine(given: Record<string, unknown>): Record<string, unknown> {
  const media = given["media"];
  const canSurvive = isRecord(media) && media["kind"] === "rtpengine";
  return canSurvive && given["engine"] === undefined ? { ...given, engine: { kind: "own-process" } } : given;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => `${pathText([...issue.path, key])}: unknown key`)
    : [`${pathText(issue.path)}: ${issue.message}`];
}

/** The sections that are right by themselves, so that what does not fit together is told in the same list as what is wrong. */
function soundSections(given: unknown): Partial<OfficeConfig> {
  if (!isRecord(given)) return {};
  const parsed = Object.entries(officeConfigSchema.shape).map(
    ([key, schema]) => [key, schema.safeParse(given[key])] as const,
  );
  return Object.fromEntries(parsed.flatMap(([key, result]) => (result.success ? [[key, result.data]] : [])));
}

function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) text += typeof part === "number" ? `[${part}]` : `${text === "" ? "" : "."}${String(part)}`;
  return text === "" ? "(whole file)" : text;
}

/** Faults that no single key shows. Sections that are missing here were wrong by themselves. */
function crossChecks(config: Partial<OfficeConfig>): string[] {
  return [
    ...costProblems(config.costs, config.trunks ?? []),
    ...retentionProblems(config.retention),
    ...unknownQueues(config),
    ...queueProblems(config),
    ...sharingProblems(config),
    ...repetitions(config),
    ...missingParts(config),
    ...trunkProblems(config),
  ];
}

function unknownQueues({ queues, numbers = [], operators = [] }: Partial<OfficeConfig>): string[] {
  if (queues === undefined) return [];
  const known = new Set(queues.map((queue) => queue.queueId));
  const named = [
    ...numbers.map(({ queueId }, index) => ({ key: `numbers[${index}].queueId`, queueId })),
    ...operators.flatMap((operator, index) =>
      operator.queues.map((queueId) => ({ key: `operators[${index}].queues`, queueId })),
    ),
  ];
  return named
    .filter(({ queueId }) => !known.has(queueId))
    .map(({ key, queueId }) => `${key}: there is no queue ${queueId}`);
}

function repetitions({
  queues = [],
  numbers = [],
  operators = [],
  trunks = [],
  network,
  media,
}: Partial<OfficeConfig>): string[] {
  const rtpengines = media?.kind === "rtpengine" ? [media, ...media.others] : [];
  const lists: [string, string[]][] = [
    ["queues.queueId", queues.map((queue) => queue.queueId)],
    ["numbers.number", numbers.map((number) => number.number)],
    ["operators.login", operators.map((operator) => operator.login)],
    ["operators.extension", operators.map((operator) => operator.extension)],
    ["trunks.trunkId", trunks.map((trunk) => trunk.trunkId)],
    ["trunks.addresses", trunks.flatMap((trunk) => trunk.addresses)],
    ["media.others", rtpengines.map(({ ngHost, ngPort }) => `${ngHost}:${ngPort}`)],
    ["network.offices.officeId", (network?.offices ?? []).map((office) => office.officeId)],
  ];
  return lists.flatMap(([key, values]) => {
    const repeated = values.filter((value, index) => values.indexOf(value) !== index);
    return [...new Set(repeated)].map((value) => `${key}: ${value} is there twice`);
  });
}

function missingParts({ office, sip, network }: Partial<OfficeConfig>): string[] {
  const problems: string[] = [];
  const offices = network?.offices ?? [];
  if (office && offices.length > 0 && !offices.some(({ officeId }) => officeId === office.officeId))
    problems.push(`network.offices: this office, ${office.officeId}, is not among them`);
  if (sip) problems.push(...contactProblems(sip));
  return problems;
}

function contactProblems({ contacts, tls }: OfficeConfig["sip"]): string[] {
  const problems: string[] = [];
  const uris = contacts.map(uriOf);
  if (!uris.some((uri) => /transport=[^;]*ws/i.test(uri)))
    problems.push("sip.contacts: none speaks ws, so no softphone could register (add sip:ADDRESS:PORT;transport=ws)");
  uris.forEach((uri, index) => {
    if (isSecureContact(uri) && tls === undefined) problems.push(`sip.contacts[${index}]: ${uri} needs sip.tls`);
  });
  const asks = tls !== undefined && tls.clients !== "none";
  if (asks && tls.caFile === undefined && tls.clientCaFile === undefined)
    problems.push(`sip.tls.clientCaFile: is needed to ${tls.clients} certificates of peers`);
  return problems;
}
