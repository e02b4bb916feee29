/** Form of a network's description: the proxy's own addresses, its members, its limits. What only a look at the whole can find is in cross-checks.ts. */
import { z } from "zod";

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

export const memberSchema = z.strictObject({
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

export const proxySchema = z.strictObject({
  /** Offices are reached as `sip:urp@<office>.<domain>`. */
  domain: domainName,
  listen: z
    .array(
      z.strictObject({ address: hostAddress, port: port.default(5060), transports: z.array(transport).min(1).max(2) }),
    )
    .min(1)
    .max(16),
  /** Processes per listening address. */
  workers: z.int().min(1).max(64).default(4),
});

export const networkSchema = z
  .strictObject({
    proxy: proxySchema,
    members: z.array(memberSchema).min(1).max(20_000),
    limits: limitsSchema.prefault({}),
  })
  // The brand makes parsing the only way to a Network: what is rendered has been checked.
  .brand<"Network">();

export type Network = z.output<typeof networkSchema>;
export type NetworkDescription = z.input<typeof networkSchema>;
export type Proxy = Network["proxy"];
export type Listen = Proxy["listen"][number];
export type Member = Network["members"][number];
