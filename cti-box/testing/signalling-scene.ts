/** The signalling adapter on a real engine, with an application that only writes down what it hears and phones that say what a test wants. */
import { createHash } from "node:crypto";
import { startSipEngine } from "../sip-engine/engine.ts";
import { RawPeer, headerOf } from "../sip-engine/testing/raw-peer.ts";
import { SipSignalling } from "../src/adapters/sip/sip-signalling.ts";
import { CountingIds } from "./counting-ids.ts";
import { HandMovedClock } from "./hand-moved-clock.ts";
import { RecordingLog } from "./recording-log.ts";
import type { SipEngineHandle } from "../sip-engine/engine.ts";
import type { RegisteredDevice } from "../src/domain/operator/operator-desk.ts";
import type {
  IncomingInvite,
  InviteVerdict,
  SignallingEvent,
  SignallingHost,
  SipAccount,
} from "../src/application/ports.ts";
import type { LegId, OperatorId } from "../src/domain/call/ids.ts";

export const annaAccount: SipAccount = {
  authorizationUser: "anna",
  password: "password of anna",
  operatorId: "anna" as OperatorId,
  kind: "phone",
  users: ["anna", "201"],
};

export class RecordingHost implements SignallingHost {
  readonly invites: IncomingInvite[] = [];
  readonly devices: RegisteredDevice[][] = [];
  verdict: InviteVerdict = { kind: "accepted" };
  refersAllowed = true;
  private readonly events: SignallingEvent[] = [];
  private readonly waiting: {
    matches: (event: SignallingEvent) => boolean;
    found: (event: SignallingEvent) => void;
  }[] = [];

  /** 127.0.0.1 is the carrier's address, 127.0.0.3 a member's. */
  identifySource(from: { address: string }): ReturnType<SignallingHost["identifySource"]> {
    if (from.address === "127.0.0.1") return { kind: "trunk", trunkId: "carrier" };
    return from.address === "127.0.0.3" ? { kind: "member", officeId: "x_test2" } : { kind: "unknown" };
  }

  findAccount(authorizationUser: string): SipAccount | null {
    return authorizationUser === annaAccount.authorizationUser ? annaAccount : null;
  }

  registrationsChanged(_operatorId: OperatorId, devices: readonly RegisteredDevice[]): void {
    this.devices.push([...devices]);
  }

  inviteReceived(invite: IncomingInvite): InviteVerdict {
    this.invites.push(invite);
    this.legEvent({ type: "leg-progressed", legId: invite.legId });
    return this.verdict;
  }

  mayRefer(): boolean {
    return this.refersAllowed;
  }

  legEvent(event: SignallingEvent): void {
    const index = this.waiting.findIndex((one) => one.matches(event));
    if (index === -1) this.events.push(event);
    else this.waiting.splice(index, 1)[0]?.found(event);
  }

  /** The next event of that type, heard already or still to come. */
  async event<T extends SignallingEvent["type"]>(type: T): Promise<Extract<SignallingEvent, { type: T }>> {
    const matches = (event: SignallingEvent): boolean => event.type === type;
    const index = this.events.findIndex(matches);
    if (index !== -1) return this.events.splice(index, 1)[0] as Extract<SignallingEvent, { type: T }>;
    const { promise, resolve, reject } = Promise.withResolvers<SignallingEvent>();
    const heard = (): string => this.events.map((event) => event.type).join(", ");
    const late = setTimeout(() => reject(new Error(`no ${type}; heard: ${heard()}`)), 5_000);
    this.waiting.push({ matches, found: resolve });
    try {
      return (await promise) as Extract<SignallingEvent, { type: T }>;
    } finally {
      clearTimeout(late);
    }
  }

  /** Events that no test has asked for. */
  unheard(): SignallingEvent["type"][] {
    return this.events.map((event) => event.type);
  }

  /** The leg of the INVITE that came last. */
  async invited(): Promise<{ legId: LegId; invite: IncomingInvite }> {
    const { legId } = await this.event("leg-progressed");
    const invite = this.invites.find((one) => one.legId === legId);
    if (invite === undefined) throw new Error(`leg ${legId} is no incoming one`);
    return { legId, invite };
  }
}

export class SignallingScene {
  readonly engine: SipEngineHandle;
  readonly sip: SipSignalling;
  readonly host = new RecordingHost();
  readonly clock: HandMovedClock;
  readonly log: RecordingLog;
  private readonly peers: RawPeer[] = [];

  private constructor(parts: Pick<SignallingScene, "engine" | "sip" | "clock" | "log">) {
    this.engine = parts.engine;
    this.sip = parts.sip;
    this.clock = parts.clock;
    this.log = parts.log;
  }

  static async open(): Promise<SignallingScene> {
    const secret = "scene-secret";
    const engine = await startSipEngine({
      admin: { host: "127.0.0.1", port: 0 },
      secrets: [secret],
      contacts: ["sip:127.0.0.1:0;transport=udp"],
      t1Ms: 50,
    });
    const clock = new HandMovedClock();
    const log = new RecordingLog();
    const sip = new SipSignalling({
      control: { ...engine.admin, secret },
      office: { officeId: "x_test1", domain: "uno.example" },
      clock,
      ids: new CountingIds(),
      log,
    });
    const scene = new SignallingScene({ engine, sip, clock, log });
    await sip.start(scene.host);
    return scene;
  }

  /** `host:port` of the engine. */
  get address(): string {
    return (this.engine.contacts[0] ?? "").replace("udp/", "");
  }

  /** A phone or carrier on its own loopback address. */
  async peer(address: string): Promise<RawPeer> {
    const [host = "", port = ""] = this.address.split(":");
    const peer = await RawPeer.open(address, { host, port: Number(port) });
    this.peers.push(peer);
    return peer;
  }

  async close(): Promise<void> {
    await this.sip.close();
    for (const peer of this.peers) peer.close();
    await this.engine.close();
  }
}

/** Authorization for a challenge of ours, as a phone computes it (RFC 7616 §3.4.1). */
export function authorizationFor(
  challenge: string,
  request: { method: string; uri: string; username: string; password: string; nc?: number },
): string {
  const field = (name: string): string => new RegExp(`${name}="?([^",]+)"?`).exec(challenge)?.[1] ?? "";
  const algorithm = field("algorithm");
  const hash = (text: string): string =>
    createHash(algorithm === "SHA-256" ? "sha256" : "md5")
      .update(text)
      .digest("hex");
  const nc = (request.nc ?? 1).toString(16).padStart(8, "0");
  const secret = hash(`${request.username}:${field("realm")}:${request.password}`);
  const response = hash(`${secret}:${field("nonce")}:${nc}:cn:auth:${hash(`${request.method}:${request.uri}`)}`);
  return [
    `Digest username="${request.username}", realm="${field("realm")}", nonce="${field("nonce")}", uri="${request.uri}"`,
    `response="${response}", algorithm=${algorithm}, qop=auth, cnonce="cn", nc=${nc}`,
  ].join(", ");
}

export type RegisterLines = { cseq: number; contact?: string; expires?: number; user?: string; authorization?: string };

export function registerLines(peer: RawPeer, ids: RegisterLines): string[] {
  const user = ids.user ?? "anna";
  return [
    "REGISTER sip:uno.example SIP/2.0",
    `Via: SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK-reg-${peer.hostPort}-${ids.cseq}`,
    `From: <sip:${user}@uno.example>;tag=reg`,
    `To: <sip:${user}@uno.example>`,
    `Call-ID: registration-${peer.hostPort}`,
    `CSeq: ${ids.cseq} REGISTER`,
    "Max-Forwards: 70",
    `Contact: ${ids.contact ?? `<sip:anna@${peer.hostPort}>`}`,
    ...(ids.expires === undefined ? [] : [`Expires: ${ids.expires}`]),
    ...(ids.authorization === undefined ? [] : [`Authorization: ${ids.authorization}`]),
  ];
}

/** Registers the peer as Anna's phone with the algorithm that is offered first; gives the 200. */
export async function register(peer: RawPeer, cseq = 1): Promise<string> {
  peer.send(registerLines(peer, { cseq }));
  const challenge = headerOf(await peer.receive(/^SIP\/2\.0 401/), "WWW-Authenticate");
  const authorization = authorizationFor(challenge, {
    method: "REGISTER",
    uri: "sip:uno.example",
    username: "anna",
    password: annaAccount.password,
  });
  peer.send(registerLines(peer, { cseq: cseq + 1, authorization }));
  return peer.receive(/^SIP\/2\.0 200/);
}
