/**
 * Reads the description of a network, from a YAML or JSON text or from a program. Every problem is told at once, each with its key
 * (`members[1].addresses[0].port: …`); so what only the whole shows is looked for also where single values are wrong.
 */
import { type Document, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { crossChecks } from "./cross-checks.ts";
import { memberSchema, type Network, networkSchema, proxySchema } from "./network-schema.ts";

export type { Listen, Member, Network, NetworkDescription } from "./network-schema.ts";

export type NetworkResult = { ok: true; network: Network } | { ok: false; problems: string[] };

/** The network in a YAML or JSON text. */
export function parseNetworkText(text: string): NetworkResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length === 0) return parseDocumentValue(document);
  const problems = document.errors.map(
    (error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split("\n")[0]}`,
  );
  return { ok: false, problems };
}

function parseDocumentValue(document: Document.Parsed): NetworkResult {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    return { ok: false, problems: ["(whole description): aliases (*name) are not taken, write the value out"] };
  }
  return parseNetwork(value);
}

/** The network in a value of unknown origin. */
export function parseNetwork(value: unknown): NetworkResult {
  const parsed = networkSchema.safeParse(value);
  const problems = crossChecks(parsed.success ? parsed.data : readableParts(value));
  if (!parsed.success) problems.unshift(...parsed.error.issues.flatMap(describeIssue));
  return parsed.success && problems.length === 0 ? { ok: true, network: parsed.data } : { ok: false, problems };
}

/** What of a wrong description is right in itself. A member that is not stays as a gap, so that the keys of the others hold. */
function readableParts(value: unknown): Parameters<typeof crossChecks>[0] {
  const given = typeof value === "object" && value !== null ? value : {};
  const proxy = proxySchema.safeParse("proxy" in given ? given.proxy : null);
  const members: unknown[] = "members" in given && Array.isArray(given.members) ? given.members : [];
  return {
    proxy: proxy.success ? proxy.data : null,
    members: members.map((member) => memberSchema.safeParse(member).data ?? null),
  };
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${keyText([...issue.path, key])}: unknown key`);
  }
  return [`${keyText(issue.path)}: ${issue.message}`];
}

function keyText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) text += typeof part === "number" ? `[${part}]` : `${text === "" ? "" : "."}${String(part)}`;
  return text === "" ? "(whole description)" : text;
}
