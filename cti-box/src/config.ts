/**
 * Configuration of one office, from a YAML or JSON file plus a few environment variables (`LA2_RTPENGINE`, `LA2_DRACHTIO`).
 * Every problem is reported at once, each with its key (`queues[0].ringTimeoutSeconds: …`).
 */
import { z } from "zod";
import { costsSchema, retentionSchema } from "./record-config.ts";
import { address, phoneNumber, sipUri } from "./config/fields.ts";
import { outboundSchema, trunkSchema } from "./config/trunk-section.ts";
import { openingHours } from "./config/hours-section.ts";
import { storeSchema } from "./config/store-section.ts";
import { operatorSkills, queueRules } from "./config/queue-section.ts";
import { sharedCallers, sharingDeclaration } from "./config/sharing-section.ts";
import { rtpengineText } from "./config/text-section.ts";

const officeId = z.string().regex(/^[a-z0-9_-]{2,32}(:[A-Z0-9]{6})?$/, "is not an IPA code such as c_b180");
const login = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "may hold lower-case letters, digits, dot, dash and underscore");
const port = z.int().min(0).max(65_535);
/** `localNet`: networks whose peers are told the listening address and not the external one. `names`: DNS names of this address. */
const contact = z.strictObject({
  uri: sipUri,
  externalAddress: address.optional(),
  localNet: z.string().optional(),
  names: z.array(z.string().min(1).max(253)).default([]),
});
const nameServer = z
  .string()
  .regex(/^(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*|\[[0-9a-f:.]+\](:\d{1,5})?)$/i, {
    error: "is not the address of a name server such as 192.0.2.53 or 192.0.2.53:5353",
  });
/** Sent as a bearer token, so without spaces. */
const serviceSecret = z.string().regex(/^[\x21-\x7e]{16,}$/, "is not 16 or more visible ASCII characters");
/** Limits for strangers of the embedded engine (docs/sip-engine-choices.md); trunks, offices and the proxy are exempt in any case. */
const sipProtection = z.strictObject({
  mode: z.enum(["on", "off"]).default("on"),
  /** More networks to trust, such as the one that the desk phones are in. */
  trustedNetworks: z
    .array(
      z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], {
        error: "is not an address or a network such as 192.0.2.0/24",
      }),
    )
    .default([]),
  /** Texts of `User-Agent`, `From` or `To` whose new requests are not answered. */
  blocked: z
    .array(z.strictObject({ header: z.enum(["user-agent", "from", "to"]), text: z.string().trim().min(1).max(256) }))
    .default([]),
  requestsPerSecond: z.int().min(1).max(1_000_000).optional(),
  requestBurst: z.int().min(1).max(1_000_000).optional(),
  /** Refused guesses at passwords within ten minutes that ban a source. */
  refusals: z.int().min(1).max(1_000_000).optional(),
});
const networkOfficeSchema = z.strictObject({
  officeId,
  label: z.string().min(1).max(160),
  status: z.enum(["draft", "agreed", "active", "suspended"]).default("active"),
  sip: z.strictObject({ uri: sipUri, addresses: z.array(address).default([]) }),
  topics: z.array(z.string()).default([]),
  languages: z.array(z.string()).default(["it"]),
  hours: openingHours.optional(),
  /** Callers of other offices that it takes at their peaks; absent: none. */
  sharing: sharingDeclaration.optional(),
});

export const officeConfigSchema = z.strictObject({
  office: z.strictObject({
    officeId,
    label: z.string().min(1).max(160),
    /** When citizens are answered; absent: always. Queues may have hours of their own. */
    hours: openingHours.optional(),
  }),
  sip: z.strictObject({
    /** Domain of the operators' addresses of record and realm of their digest credentials. */
    domain: z.string().min(1).max(253),
    /**
     * Listening addresses, as SIP URIs: `sip:127.0.0.11:5060;transport=udp,tcp`, `sip:127.0.0.11:5066;transport=ws`, `sips:192.0.2.10:5061` (TLS),
     * `sips:192.0.2.10:5443;transport=wss`; alone, or with what holds for this one.
     */
    contacts: z.array(z.union([sipUri, contact])).min(1),
    externalAddress: address.optional(),
    /** Certificate (with its chain) and key of the `sips:` contacts, PEM. New ones are taken up while the box runs. */
    tls: z
      .strictObject({
        certFile: z.string(),
        keyFile: z.string(),
        /** Authorities of the servers that are called; absent: those that Node.js knows. */
        caFile: z.string().optional(),
        /** Certificates of peers that connect. */
        clients: z.enum(["none", "request", "require"]).default("none"),
        /** Authorities of those; absent: those of `caFile`. */
        clientCaFile: z.string().optional(),
      })
      .optional(),
    /** Name servers that the embedded engine asks about SIP; none: those that the machine is set up with. */
    dnsServers: z.array(nameServer).default([]),
    /** Measurements of the embedded engine for Prometheus, at `/metrics` of this address; best on loopback. */
    metrics: z.strictObject({ host: address.default("127.0.0.1"), port: port.min(1) }).optional(),
    /** Session timer of every call through the embedded engine, in seconds: calls whose other end vanished end after that. `off`: only where carriers ask. */
    sessionExpiresSeconds: z.union([z.int().min(90).max(86_400), z.literal("off")]).default(1_800),
    protection: sipProtection.prefault({}),
    /** Keeps the last messages in memory, so that `la2 ladder` can show a call; secrets are masked. */
    trace: z.union([z.boolean(), z.strictObject({ megabytes: z.int().min(1).max(1_024) })]).default(false),
    /** Copies of all messages to a capture server (HEP3: Homer, sipcapture). */
    capture: z
      .strictObject({
        host: address,
        port: port.min(1),
        transport: z.enum(["udp", "tcp"]).default("udp"),
        captureId: z.int().min(0).max(0xffff_ffff).optional(),
        authKey: z.string().min(1).max(255).optional(),
        nodeName: z.string().min(1).max(255).optional(),
        /** Digest answers, passwords, media keys, key presses, text messages. */
        secrets: z.enum(["masked", "sent"]).default("masked"),
      })
      .optional(),
  }),
  /**
   * Where the signalling is done: the embedded engine, the same engine in a process of its own (whose calls outlive the box when the media does as well), or a
   * drachtio-server (`LA2_DRACHTIO=host:port[,secret]` replaces it). Nothing said: with rtpengine a process of its own, else embedded.
   */
  engine: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("embedded") }),
      z.strictObject({ kind: z.literal("own-process") }),
      z.strictObject({ kind: z.literal("drachtio-server"), host: z.string(), port, secret: z.string() }),
    ])
    .default({ kind: "embedded" }),
  media: z
    .discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("relay"),
        listenAddress: address.default("127.0.0.1"),
        advertisedAddress: address.optional(),
        portMin: port.optional(),
        portMax: port.optional(),
        /** Real-time text, whose ports are among these: two for each leg that has it. */
        text: z.literal("off").optional(),
      }),
      z.strictObject({
        kind: z.literal("rtpengine"),
        ngHost: z.string(),
        ngPort: port,
        advertisedAddress: address.optional(),
        /** More rtpengines, in their order: calls go to the first one that answers. Hold music, key log and mixer hold for all. */
        others: z
          .array(
            z.strictObject({ ngHost: z.string().min(1), ngPort: port.min(1), advertisedAddress: address.optional() }),
          )
          .max(15)
          .default([]),
        holdMusicFile: z.string().optional(),
        /** Where rtpengine's `--dtmf-log-dest` points; absent: key presses pass between the parties, but the box is not told. */
        keyLog: z.strictObject({ host: address, port }).optional(),
        /**
         * The box's own relay takes calls over, in G.711 and up to so many at once, when no rtpengine answers; absent: they stay as they are, and new ones are refused.
         * `listenAddress` has to be one that carriers, phones and pages reach.
         */
        fallback: z
          .strictObject({
            kind: z.literal("relay"),
            listenAddress: address,
            advertisedAddress: address.optional(),
            portMin: port.optional(),
            portMax: port.optional(),
            calls: z.int().min(1).max(500).default(50),
          })
          .optional(),
        /** Where the box receives the audio of conferences, which it mixes itself; absent: at its address towards rtpengine, any port. */
        mixer: z
          .strictObject({ listenAddress: address.optional(), portMin: port.optional(), portMax: port.optional() })
          .optional(),
        text: rtpengineText.optional(),
      }),
    ])
    .default({ kind: "relay", listenAddress: "127.0.0.1" }),
  trunks: z.array(trunkSchema).default([]),
  outbound: outboundSchema.prefault({}),
  /** Public numbers and the queue each one leads to. */
  numbers: z.array(z.strictObject({ number: phoneNumber, queueId: z.string() })).default([]),
  queues: z
    .array(
      z.strictObject({
        queueId: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/),
        label: z.string().min(1).max(80),
        /** Time that one operator is rung before the next one. */
        ringTimeoutSeconds: z.number().min(0.1).max(120).default(20),
        /** After this the caller is let go with a reason. */
        maxWaitSeconds: z.number().min(1).max(3600).default(600),
        wrapUpSeconds: z.number().min(0).max(600).default(0),
        ...queueRules,
      }),
    )
    .min(1),
  operators: z
    .array(
      z.strictObject({
        login,
        displayName: z.string().min(1).max(120),
        extension: z.string().regex(/^[0-9]{2,6}$/, "is an internal number of 2 to 6 digits"),
        password: z.string().min(8).max(256),
        roles: z
          .array(z.enum(["supervisor", "front_office", "back_office", "administrator"]))
          .min(1)
          .default(["front_office"]),
        queues: z.array(z.string()).default([]),
        skills: operatorSkills.prefault({}),
        /** For queues that distribute by priority: 1 is rung first, 9 last. */
        priority: z.int().min(1).max(9).default(5),
      }),
    )
    .default([]),
  network: z
    .strictObject({
      /** SIP proxy between offices: calls to other offices go here, calls from it are members' calls. Absent: boxes talk directly. */
      proxy: z.strictObject({ uri: sipUri, addresses: z.array(address).min(1), domain: z.string() }).optional(),
      offices: z.array(networkOfficeSchema).default([]),
      /** Time the other office has to answer before the call comes back. */
      transferTimeoutSeconds: z.number().min(1).max(120).default(30),
    })
    .prefault({}),
  /** Where callers go whom other offices send at their peaks; the office declares how many in `network.offices`. */
  sharing: sharedCallers.optional(),
  api: z.strictObject({
    listen: z.strictObject({ host: z.string().default("127.0.0.1"), port }),
    publicUrl: z.url().optional(),
    /** Certificate and key files (PEM): browsers give the microphone to https pages only, but for this same machine. */
    tls: z.strictObject({ certFile: z.string(), keyFile: z.string() }).optional(),
  }),
  /** The office's crm-bridge: proxied under `/crm`, and allowed to read events with this secret. */
  crmBridge: z.strictObject({ url: z.url(), serviceSecret }).optional(),
  /** Measurements of the box for Prometheus, at `/metrics` of this address; best on loopback. Those of the engine: `sip.metrics`. */
  metrics: z.strictObject({ host: address.default("127.0.0.1"), port: port.min(1) }).optional(),
  /** Time that calls in progress get to end by themselves when the box is asked to stop; 0: none. */
  drainSeconds: z.number().min(0).max(7_200).default(60),
  /** Key of the screen on the wall: it opens the numbers per queue and nothing else. */
  wallboard: z.strictObject({ key: serviceSecret }).optional(),
  costs: costsSchema.optional(),
  retention: retentionSchema,
  store: storeSchema.optional(),
  /** Folder of the databases and of the token key. */
  dataDirectory: z.string().min(1),
  /** Folder of the built softphone; absent: the one beside the program. */
  softphoneDirectory: z.string().optional(),
});

export type OfficeConfig = z.infer<typeof officeConfigSchema>;
