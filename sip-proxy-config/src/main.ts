/**
 * sip-proxy-config: renders and checks the configuration of the network's SIP proxy.
 * Exit codes: 0 done; 1 Kamailio refuses the configuration, is not installed, or a file cannot be written; 2 wrong use or a wrong description.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkKamailioConfig } from "./check-config.ts";
import { findKamailio } from "./find-kamailio.ts";
import { parseNetworkText } from "./network.ts";
import { renderKamailioConfig } from "./render-kamailio-config.ts";

const usage = `Usage:
  node sip-proxy-config/src/main.ts render --network FILE [--out FILE]
      writes the Kamailio configuration of the network described in FILE (YAML or JSON)
  node sip-proxy-config/src/main.ts check --network FILE
      renders it and asks Kamailio whether it takes it`;

type Outcome = { exitCode: 0 | 1 | 2; output?: string; complaint?: string };
type Order = { command: string | undefined; network: string | undefined; out: string | undefined };

async function run(words: string[]): Promise<Outcome> {
  const order = readOrder(words);
  if (typeof order === "string") return { exitCode: 2, complaint: `${order}\n${usage}` };
  const { command, network: file } = order;
  if (file === undefined || (command !== "render" && command !== "check")) return { exitCode: 2, complaint: usage };
  const rendered = renderFile(file);
  if (!rendered.ok) return { exitCode: 2, complaint: rendered.complaint };
  return command === "render" ? write(rendered.text, order.out) : check(rendered.text, file);
}

function readOrder(words: string[]): Order | string {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: { network: { type: "string" }, out: { type: "string" } },
    });
    if (positionals.length > 1) return `unexpected ${positionals.slice(1).join(" ")}`;
    return { command: positionals[0], network: values.network, out: values.out };
  } catch (error) {
    return (error as Error).message;
  }
}

function renderFile(file: string): { ok: true; text: string } | { ok: false; complaint: string } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return { ok: false, complaint: `${file}: cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
  const result = parseNetworkText(text);
  if (result.ok) return { ok: true, text: renderKamailioConfig(result.network) };
  const count = result.problems.length === 1 ? "1 problem" : `${result.problems.length} problems`;
  return {
    ok: false,
    complaint: [`${file}: ${count}`, ...result.problems.map((problem) => `  ${problem}`)].join("\n"),
  };
}

function write(text: string, out: string | undefined): Outcome {
  if (out === undefined) return { exitCode: 0, output: text };
  try {
    writeFileSync(out, text);
    return { exitCode: 0 };
  } catch (error) {
    return { exitCode: 1, complaint: `${out}: cannot be written (${(error as NodeJS.ErrnoException).code})` };
  }
}

async function check(text: string, file: string): Promise<Outcome> {
  const kamailio = findKamailio();
  if (kamailio === null) return { exitCode: 1, complaint: "Kamailio is not installed (Debian package kamailio)" };
  const result = await checkKamailioConfig(text, kamailio);
  if (result.ok) return { exitCode: 0, output: `${file}: ${kamailio} takes its configuration\n` };
  return { exitCode: 1, complaint: [`${file}: ${kamailio} refuses the configuration`, ...result.lines].join("\n") };
}

const outcome = await run(process.argv.slice(2));
if (outcome.output !== undefined) process.stdout.write(outcome.output);
if (outcome.complaint !== undefined) process.stderr.write(`${outcome.complaint}\n`);
process.exitCode = outcome.exitCode;
