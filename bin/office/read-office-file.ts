/**
 * An office in one file: the box's configuration (cti-box/src/config.ts) with one more section, `bridge`, for the office's tickets
 * (crm-bridge/src/config.ts without what the box's part already says). Split here into one configuration per program; all problems at once.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { parseOfficeConfig } from "../../cti-box/src/read-config.ts";
import type { OfficeConfig } from "../../cti-box/src/config.ts";
import { bridgeConfigSchema, type BridgeConfig } from "../../crm-bridge/src/config.ts";

export type OfficeFile = {
  box: OfficeConfig;
  /** Null: the office's file has no `bridge` section; tickets are somebody else's business. */
  bridge: BridgeConfig | null;
  dataDirectory: string;
};

/** Every problem of an office's file; ends `la2 office` with exit code 2. */
export class InvalidOfficeFile extends Error {
  readonly problems: readonly string[];
  constructor(file: string, problems: readonly string[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super([`${file}: ${count}`, ...problems.map((problem) => `  ${problem}`)].join("\n"));
    this.problems = problems;
  }
}

type Values = Record<string, unknown>;
const valuesOf = (value: unknown): Values =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : {};

/** Throws {@link InvalidOfficeFile}. `secret` is what box and bridge know each other by. */
export function readOfficeFile(
  file: string,
  environment: NodeJS.ProcessEnv,
  secret: (dataDirectory: string) => string = keptSecret,
): OfficeFile {
  const { bridge: bridgePart, ...boxPart } = valuesOf(readValues(file));
  const folder = boxPart["dataDirectory"];
  const dataDirectory = resolve(dirname(file), typeof folder === "string" ? folder : ".");
  const withBridge = bridgePart !== undefined;
  // A secret is only made for a file that is right; checking needs one of the right length.
  const check = partsOf(boxPart, { file, bridgePart, secret: "x".repeat(32), dataDirectory });
  const box = parseOfficeConfig(JSON.stringify(check.box), environment);
  const bridge = withBridge ? bridgeConfigSchema.safeParse(check.bridge) : null;
  const problems = [
    // With a bridge section crmBridge comes from there: its faults are told with that key.
    ...(box.ok ? [] : box.problems.filter((each) => !withBridge || !each.startsWith("crmBridge."))),
    ...(withBridge && boxPart["crmBridge"] !== undefined ? ["crmBridge: not together with bridge, which says it"] : []),
    ...(bridge?.error === undefined ? [] : bridgeProblems(bridge.error.issues)),
  ];
  if (!box.ok || problems.length > 0) throw new InvalidOfficeFile(file, problems);
  const parts = partsOf(boxPart, { file, bridgePart, secret: withBridge ? secret(dataDirectory) : "", dataDirectory });
  const final = parseOfficeConfig(JSON.stringify(parts.box), environment);
  if (!final.ok) throw new InvalidOfficeFile(file, final.problems);
  return { box: final.config, bridge: withBridge ? bridgeConfigSchema.parse(parts.bridge) : null, dataDirectory };
}

function readValues(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new InvalidOfficeFile(file, [`cannot be read (${(error as NodeJS.ErrnoException).code})`]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    const problems = document.errors.map(
      ({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${message.split("\n")[0]}`,
    );
    throw new InvalidOfficeFile(file, problems);
  }
  return document.toJS();
}

type Split = { file: string; bridgePart: unknown; secret: string; dataDirectory: string };

function partsOf(boxPart: Values, { file, bridgePart, secret, dataDirectory }: Split): { box: Values; bridge: Values } {
  const api = valuesOf(boxPart["api"]);
  const listen = valuesOf(api["listen"]);
  const bridge = valuesOf(bridgePart);
  const bridgeListen = { host: "127.0.0.1", port: Number(listen["port"]) + 1, ...valuesOf(bridge["listen"]) };
  const tls = valuesOf(api["tls"]);
  const sip = valuesOf(boxPart["sip"]);
  const fromFile = (path: unknown): unknown => (typeof path === "string" ? resolve(dirname(file), path) : path);
  return {
    box: {
      ...boxPart,
      ...(typeof boxPart["dataDirectory"] === "string" && { dataDirectory }),
      ...(api["tls"] !== undefined && {
        api: { ...api, tls: { ...tls, certFile: fromFile(tls["certFile"]), keyFile: fromFile(tls["keyFile"]) } },
      }),
      ...(sip["tls"] !== undefined && { sip: { ...sip, tls: withFiles(valuesOf(sip["tls"]), fromFile) } }),
      ...(boxPart["softphoneDirectory"] !== undefined && {
        softphoneDirectory: fromFile(boxPart["softphoneDirectory"]),
      }),
      ...(bridgePart !== undefined && {
        crmBridge: { url: `http://${bridgeListen.host}:${bridgeListen.port}`, serviceSecret: secret },
      }),
    },
    bridge: {
      ...bridge,
      listen: bridgeListen,
      office: boxPart["office"],
      box: { url: boxUrlOf(api), serviceSecret: secret },
      dataDirectory,
    },
  };
}

/** Where the bridge finds the box. With a certificate only the public name is right; without, this machine is. */
function boxUrlOf(api: Values): unknown {
  const { host: wished, port } = valuesOf(api["listen"]);
  const host = typeof wished === "string" ? wished : "127.0.0.1";
  if (api["tls"] !== undefined && api["publicUrl"] !== undefined) return api["publicUrl"];
  const local = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `${api["tls"] === undefined ? "http" : "https"}://${local}:${Number(port)}`;
}

/** Keys that la2 fills in itself are no problems of the file. */
function bridgeProblems(
  issues: readonly { path: PropertyKey[]; message: string; code: string; keys?: string[] }[],
): string[] {
  return issues
    .filter(({ path }) => !["office", "box", "dataDirectory"].includes(String(path[0])))
    .flatMap(({ path, message, code, keys }) => {
      const place = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
      return code === "unrecognized_keys" && keys !== undefined
        ? keys.map((key) => `bridge${place}.${key}: unknown key`)
        : [`bridge${place}: ${message}`];
    });
}

/** The same secret at every start, so that a bridge that ran on is still known. */
function keptSecret(dataDirectory: string): string {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const file = join(dataDirectory, "service-secret");
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const secret = randomBytes(32).toString("base64url");
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    return secret;
  }
}

/** Every key of `sip.tls` that names a file. */
function withFiles(tls: Values, fromFile: (path: unknown) => unknown): Values {
  return Object.fromEntries(
    Object.entries(tls).map(([key, value]) => [key, key.endsWith("File") ? fromFile(value) : value]),
  );
}
