/**
 * A copy of the published tests in a temporary folder, where the addresses of the containers' network are those of a loopback network, and `tape`, `config` and the runner of sipp
 * are ours. The library itself is not copied: the copy's `lib` is the installed one.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** The installed package. */
export const packageFolder = dirname(dirname(createRequire(import.meta.url).resolve("drachtio-srf")));

/** Libraries of `drachtio-srf` itself that its tests use too. */
const publishedTestsNeed = ["debug"];

const containersNetwork = "172.29.0.";

/** A container of the published test bed. */
export type Service = { name: string; address: string; command: string };

type Compose = {
  services: Record<string, { command: string; networks: { testbed: { ipv4_address: string } } }>;
};

export class PackageCopy {
  readonly folder = mkdtempSync(join(tmpdir(), "la2-drachtio-srf-"));
  readonly #network: string;

  /** `network`: first three numbers of the loopback addresses to use, with the dot. */
  constructor(network: string) {
    this.#network = network;
    const test = join(this.folder, "test");
    cpSync(join(packageFolder, "test"), test, { recursive: true });
    cpSync(join(packageFolder, "config"), join(this.folder, "config"), { recursive: true });
    cpSync(join(packageFolder, "package.json"), join(this.folder, "package.json"));
    symlinkSync(join(packageFolder, "lib"), join(this.folder, "lib"));
    for (const file of readdirSync(test, { recursive: true, encoding: "utf8" }))
      if (/\.(js|xml|yaml)$/.test(file)) this.#rewrite(join(test, file));
    this.#standIns(test);
  }

  get scenarios(): string {
    return join(this.folder, "test/scenarios");
  }

  read(file: string): string {
    return readFileSync(join(this.folder, "test", file), "utf8");
  }

  /** The published test bed, with the copy's addresses. */
  services(): Service[] {
    const { services } = parse(this.read("docker-compose-testbed.yaml")) as Compose;
    return Object.entries(services).map(([name, { command, networks }]) => ({
      name,
      command,
      address: networks.testbed.ipv4_address,
    }));
  }

  /** Where applications find the servers: the published file, each server under its own address and the usual port. */
  pointServers(places: Record<string, { host: string; port: number }>): void {
    const file = join(this.folder, "config/test.json");
    const published = JSON.parse(readFileSync(file, "utf8")) as Record<string, object>;
    for (const [name, place] of Object.entries(places)) published[name] = { ...published[name], ...place };
    writeFileSync(file, JSON.stringify(published));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #rewrite(file: string): void {
    const text = readFileSync(file, "utf8").replaceAll(containersNetwork, this.#network);
    writeFileSync(file, file.endsWith(".xml") ? withEscapedAttributes(text) : text);
  }

  #standIns(test: string): void {
    const ours = (file: string): string => JSON.stringify(fileURLToPath(new URL(file, import.meta.url)));
    const modules: Record<string, string> = {
      tape: `module.exports = require(${ours("tape.ts")}).test;`,
      config: `const read = require(${JSON.stringify(join(this.folder, "config/test.json"))}); exports.get = (key) => read[key];`,
    };
    for (const [name, text] of Object.entries(modules)) {
      mkdirSync(join(this.folder, "node_modules", name), { recursive: true });
      writeFileSync(join(this.folder, "node_modules", name, "index.js"), text);
    }
    const require = createRequire(join(packageFolder, "lib/srf.js"));
    for (const library of publishedTestsNeed)
      symlinkSync(dirname(require.resolve(`${library}/package.json`)), join(this.folder, "node_modules", library));
    writeFileSync(join(test, "sipp.js"), `module.exports = () => require(${ours("local-sipp.ts")}).sipp;`);
  }
}

/** Debian's sipp reads no scenario with angle brackets inside of an attribute; that of the containers does. */
function withEscapedAttributes(scenario: string): string {
  return scenario.replace(/ regexp="([^"]*)"/g, (_whole, pattern: string) => {
    const escaped = pattern.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    return ` regexp="${escaped}"`;
  });
}
