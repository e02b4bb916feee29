/**
 * Description of the network that the SIP proxy serves: the proxy's own addresses, its members, its limits. It comes from a YAML or JSON
 * file or from a program; every problem is reported at once, each with its key (`members[1].addresses[0].port: …`).
 */
import { type Document, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { hostOfOffice } from "./office-host.ts";

const transport = z.enum(["udp", "tcp"]);
const port = z.int().min(1).max(65_535);
/** Addresses are numeric: the proxy asks no DNS, so nobody who controls a name can move a member. */
const hostAddress = z
  .ipv4("is not an IPv4 address such as 192.0.2.10")
  .refine((address) => !/^(0|22[4-9]|23\d|2[45]\d)\./.test(address), "is not the address of one host");
const domainName = z
  .string()
  .max(180)
  .regex(
    /^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
    "is not a domain name in lower case such as voip.la2.example",
  );

const memberSchema = z.strictObject({
  /** IPA code of the office, with its unit if it is one. */
  officeId: z.string().regex(/^[a-z0-9_-]{2,32}(:[A-Z0-9]{6})?$/, "is not an IPA code such as c_b180"),
  label: z
    .string()
    .min(1)
    .max(160)
    .refine((label) => !/\p{Cc}/u.test(label), "is not one line of text"),
  /** How the proxy talks to the office's box. */
  transport: transport.default("udp"),
  /** The office's boxes, first choice first. A request is a member's when it comes from one of these addresses, whatever the port. */
  addresses: z
    .array(z.strictObject({ address: hostAddress, port: port.default(5060) }))
    .min(1)
    .max(8),
});

const limitsSchema = z.strictObject({
  /** New calls that one member may start in a second; the rest is answered 503. */
  callsPerSecond: z.int().min(1).max(10_000).default(20),
  /** Requests of one stranger's address in a second that are still answered (403); the rest is dropped. */
  strangerRequestsPerSecond: z.int().min(1).max(1_000).default(5),
  /** Seconds a called office may ring. Longer than the longest transfer timeout of a box (120). */
  answerTimeoutSeconds: z.int().min(121).max(900).default(180),
  /** Seconds without any answer after which a member's address counts as unreachable and its next one is tried. */
  unreachableAfterSeconds: z.int().min(1).max(30).default(4),
  maxMessageBytes: z.int().min(2_048).max(65_535).default(16_384),
});

const networkSchema = z
  .strictObject({
    proxy: z.strictObject({
      /** Offices are reached as `sip:urp@<office>.<domain>`. */
      domain: domainName,
      listen: z
        .array(
          z.strictObject({
            address: hostAddress,
            port: port.default(5060),
            transports: z.array(transport).min(1).max(2),
          }),
        )
        .min(1)
        .max(16),
      /** Processes per listening address. */
      workers: z.int().min(1).max(64).default(4),
    }),
    members: z.array(memberSchema).min(1).max(20_000),
    limits: limitsSchema.prefault({}),
  })
  // The brand makes parsing the only way to a Network: what is rendered has been checked.
  .brand<"Network">();

export type Network = z.output<typeof networkSchema>;
export type NetworkDescription = z.input<typeof networkSchema>;
export type Listen = Network["proxy"]["listen"][number];
export type Member = Network["members"][number];

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
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(describeIssue) };
  const problems = crossChecks(parsed.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, network: parsed.data };
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

/** Faults that no single key shows. */
function crossChecks(network: Network): string[] {
  return [...listenProblems(network.proxy.listen), ...memberProblems(network)];
}

function listenProblems(listen: readonly Listen[]): string[] {
  const entries = listen.flatMap((entry, index) =>
    entry.transports.map((each) => ({
      key: `proxy.listen[${index}]`,
      value: `${each}:${entry.address}:${entry.port}`,
    })),
  );
  return repeated(entries, (entry, first) => `${entry.key}: ${entry.value} is already in ${first.key}`);
}

function memberProblems(network: Network): string[] {
  const { members, proxy } = network;
  const spoken = new Set(proxy.listen.flatMap((entry) => entry.transports));
  const own = new Set(proxy.listen.map((entry) => entry.address));
  const hosts = members.map((member, index) => ({
    key: `members[${index}].officeId`,
    value: hostOfOffice(member.officeId, proxy.domain),
  }));
  const addresses = members.flatMap((member, index) =>
    member.addresses.map(({ address, port }, at) => ({
      key: `members[${index}].addresses[${at}]`,
      value: `${address}:${port}`,
      address,
      index,
    })),
  );
  return [
    ...repeated(hosts, (entry, first) => `${entry.key}: its host ${entry.value} is already that of ${first.key}`),
    ...hosts
      .filter((entry) => entry.value.split(".").some((label) => /^-|-$/.test(label)))
      .map((entry) => `${entry.key}: its host ${entry.value} would not be a valid host name`),
    ...members.flatMap((member, index) =>
      spoken.has(member.transport)
        ? []
        : [`members[${index}].transport: the proxy does not listen on ${member.transport}`],
    ),
    ...repeated(addresses, (entry, first) => `${entry.key}: ${entry.value} is already in ${first.key}`),
    ...sharedAddresses(addresses),
    ...addresses
      .filter((entry) => own.has(entry.address))
      .map((entry) => `${entry.key}: ${entry.address} is the proxy's own address`),
  ];
}

/** The address says which member a sender is, so two members cannot share one, not even on different ports. */
function sharedAddresses(entries: readonly { key: string; address: string; value: string; index: number }[]): string[] {
  const owners = new Map<string, (typeof entries)[number]>();
  return entries.flatMap((entry) => {
    const first = owners.get(entry.address);
    if (first === undefined) owners.set(entry.address, entry);
    if (first === undefined || first.index === entry.index || first.value === entry.value) return [];
    return [`${entry.key}: ${entry.address} already belongs to another member (${first.key})`];
  });
}

function repeated<T extends { key: string; value: string }>(
  entries: readonly T[],
  say: (entry: T, first: T) => string,
): string[] {
  const seen = new Map<string, T>();
  return entries.flatMap((entry) => {
    const first = seen.get(entry.value);
    if (first === undefined) seen.set(entry.value, entry);
    return first === undefined ? [] : [say(entry, first)];
  });
}
