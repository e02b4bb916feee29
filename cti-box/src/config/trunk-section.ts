/** `trunks`: the links to carriers. */
import { z } from "zod";
import { transferableKinds } from "../domain/trunk/dial-permissions.ts";
import { keyModes } from "../domain/trunk/key-mode.ts";
import { trunkCodecs } from "../domain/trunk/trunk-codecs.ts";
import { srtpUses } from "../domain/trunk/trunk-srtp.ts";
import { address, phoneNumber, sipUri } from "./fields.ts";

/** A carrier's address, its name, or a network. One so wide that half of the internet would be the carrier is a slip of the pen. */
const trunkAddress = address
  .refine((text) => !text.includes("/") || z.union([z.cidrv4(), z.cidrv6()]).safeParse(text).success, {
    error: "is not a network such as 192.0.2.0/24",
    abort: true,
  })
  .refine((text) => !text.includes("/") || Number(text.split("/")[1]) >= (text.includes(":") ? 16 : 8), {
    error: "is too wide for one carrier: /8 at least, with IPv6 /16",
  });
/** A star ends a range: `+3906955501*` is every number that begins so. */
const ownNumber = z
  .string()
  .regex(
    /^\+[1-9][0-9]{3,14}\*?$/,
    "is not a number in E.164 form such as +390668888888, nor a range such as +3906688888*",
  );

/** Calls of operators over the trunk. */
const outbound = z.strictObject({
  /** Where the carrier takes calls; a name is looked up as RFC 3263 says. */
  uri: sipUri,
  /** Beginnings of the numbers that it carries: `+39`, `+`, `1` (short codes). Empty: all. */
  prefixes: z
    .array(z.string().regex(/^(\+[0-9]*|[0-9]+)$/, "is not the beginning of a number such as +39 or 1"))
    .default([]),
  /** How the carrier wants numbers: +390612345678, 390612345678, or 0612345678 (abroad 0041…). */
  numberFormat: z.enum(["e164", "e164-without-plus", "national"]).default("e164"),
  callerId: z.strictObject({
    /** The number that is shown; one that this trunk brings. */
    number: phoneNumber,
    /** `asserted`: in From and P-Asserted-Identity; `from`: in From alone. */
    identity: z.enum(["asserted", "from"]).default("asserted"),
    /** Not shown to the called party (Privacy: id). */
    withheld: z.boolean().default(false),
  }),
  /** Time without any answer of the carrier after which the next trunk is tried. */
  failoverSeconds: z.number().min(0.5).max(30).default(4),
  /** Against toll fraud: one call more in a minute stops calls over this trunk for ten minutes and is told in the log; the others hold until midnight. Emergency calls always pass. */
  limits: z
    .strictObject({
      perMinute: z.int().min(1).max(100_000).optional(),
      perDay: z.int().min(1).max(1_000_000).optional(),
      /** International, premium and shared-cost numbers. */
      costlyPerDay: z.int().min(0).max(1_000_000).optional(),
      /** What calls over the trunk may cost in a day, by the prices of `costs` and in their currency. Calls that are up go on. */
      spendPerDay: z.number().min(0).max(1_000_000).optional(),
    })
    .prefault({ perMinute: 60 }),
  /** How often the carrier is asked (OPTIONS) whether it is there; one that is not is tried last. */
  probeSeconds: z.union([z.number().min(1).max(3600), z.literal("off")]).default(30),
});

/** Who the office is for the carrier: for its challenges of calls, and where it wants one, for a registration. */
const account = z.strictObject({
  user: z.string().regex(/^[^\s@<>";]{1,64}$/, "is not the user of an account"),
  /** Name in the credentials, where it differs from `user`. */
  authUser: z.string().min(1).max(128).optional(),
  password: z.string().min(1).max(256),
  /** Where to register; absent: the carrier wants none. */
  registrar: sipUri.optional(),
  expiresSeconds: z.int().min(60).max(86_400).default(600),
});

const sessionTimer = z.strictObject({
  /** `request`: asked for in every call. `accept`: agreed to where the carrier asks. `off`: not asked for, and agreed to only where the carrier requires it. */
  mode: z.enum(["off", "accept", "request"]),
  /** With `request`: the interval, half an hour unless said otherwise; a carrier that wants a longer one gets it. */
  seconds: z.int().min(90).max(86_400).optional(),
  /** With `request`: who sends the signs of life; `auto` where it is left out: whatever both sides find best. A carrier may decide it otherwise. */
  refresher: z.enum(["us", "them", "auto"]).optional(),
});

export const trunkSchema = z.strictObject({
  trunkId: z.string().min(1).max(64),
  carrier: z.string().min(1),
  /** Where its calls come from: addresses, `address:port`, networks in CIDR form. An address goes before a network, the longest prefix before others. */
  addresses: z.array(trunkAddress).min(1),
  /** The office's numbers that this carrier brings; a call to another one is refused. Empty: all of `numbers`. */
  numbers: z.array(ownNumber).default([]),
  /** Calls at the same time, both directions together; absent: no limit of ours. */
  capacity: z.int().min(1).max(100_000).optional(),
  /** What a carrier's call over the capacity gets: `unavailable` 503, so that the carrier tries its other ways; `busy` 486, so that the caller hears the busy tone. */
  whenFull: z.enum(["unavailable", "busy"]).default("unavailable"),
  /** Order among trunks that carry a number: lower ones first. */
  priority: z.int().min(1).max(100).default(10),
  /** Share of the calls among trunks of the same priority. */
  weight: z.int().min(1).max(100).default(1),
  /**
   * What the carrier is offered and what is agreed to of its offers, best first; nothing else. Absent: whatever the box speaks. With the built-in relay PCMA has
   * to be among them.
   */
  codecs: z
    .array(z.enum(trunkCodecs))
    .min(1)
    .refine((codecs) => new Set(codecs).size === codecs.length, "names a codec twice")
    .optional(),
  /**
   * How keys travel in both directions: `rfc4733` as events beside the sound, `info` in SIP INFO, `inband` as tones in the sound (G.711 alone), `auto` as events where
   * the carrier agrees to them in the call, else as tones. Tones need the built-in relay.
   */
  dtmf: z.enum(keyModes).default("rfc4733"),
  /**
   * Enciphered sound (SRTP, keys in the session description). `optional`: the carrier chooses, call by call; `required`: calls without it are refused or given up.
   * Whoever reads the signalling can read the keys: wants TLS in `outbound.uri` and `account.registrar`.
   */
  srtp: z.enum(srtpUses).default("off"),
  /** Signs of life in calls, and the end of calls without (RFC 4028). Absent: as in every call of the office (`sip.sessionExpiresSeconds`). */
  sessionTimer: sessionTimer.optional(),
  /** Real-time text (RFC 4103) is offered to the carrier beside the audio. Some carriers refuse calls with two streams (488); what a carrier offers is agreed to in any case. */
  realTimeText: z.boolean().default(false),
  outbound: outbound.optional(),
  account: account.optional(),
});

const numberKind = z.enum([
  "geographic",
  "mobile",
  "nomadic",
  "freephone",
  "short-code",
  "shared-cost",
  "international",
  "premium",
]);
const transferableKind = z.enum(transferableKinds);
/**
 * `permissions`: what the roles may call; emergency numbers may be called by everybody. `transfers`: the numbers outside of the network that
 * they may transfer a citizen to; without it none.
 */
export const outboundSchema = z.strictObject({
  permissions: z
    .strictObject({
      front_office: z.array(numberKind).optional(),
      back_office: z.array(numberKind).optional(),
      supervisor: z.array(numberKind).optional(),
      administrator: z.array(numberKind).optional(),
    })
    .default({}),
  transfers: z
    .strictObject({
      front_office: z.array(transferableKind).optional(),
      back_office: z.array(transferableKind).optional(),
      supervisor: z.array(transferableKind).optional(),
      administrator: z.array(transferableKind).optional(),
    })
    .default({}),
});
