/** The signalling adapter on a real server (this project's engine unless another is given), with an application that only writes down what it hears and phones that say what a test wants. */
import { createHash } from "node:crypto";
import { RawPeer, headerOf, inviteLines } from "../sip-engine/testing/raw-peer.ts";
import { engineUnderTest } from "../sip-engine/testing/server-under-test.ts";
import { SipSignalling } from "../src/adapters/sip/sip-signalling.ts";
import { CountingIds } from "./counting-ids.ts";
import { HandMovedClock } from "./hand-moved-clock.ts";
import { RecordingLog } from "./recording-log.ts";
import type { Certificates, RunningServer, ServerUnderTest } from "../sip-engine/testing/server-under-test.ts";
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
  /** Legs of an earlier run. */
  readonly takenBack: LegId[] = [];
  verdict: InviteVerdict = { kind: "accepted" };
  refersAllowed = true;
  textsTaken = true;
  /** Seconds of Retry-After once the box is about to stop. */
  stopping: number | null = null;
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

  legsTakenBack(legIds: readonly LegId[]): void {
    this.takenBack.push(...legIds);
  }

  inviteReceived(invite: IncomingInvite): InviteVerdict {
    this.invites.push(invite);
    this.legEvent({ type: "leg-progressed", legId: invite.legId });
    return this.verdict;
  }

  retryAfterSeconds(): number | null {
    return this.stopping;
  }

  takesText(): boolean {
    return this.textsTaken;
  }

  mayRefer(): boolean {
    return this.refersAllowed;
  }

  legEvent(event: SignallingEvent): void {
    const index = this.waiting.findIndex((one) => one.matches(event));
    if (index === -1) this.events.push(event);
    else this.waiting.splice(index, 1)[0]?.found(event);
  }

  /** The next event of that type, of any leg or of that one, heard already or still to come. */
  async event<T extends SignallingEvent["type"]>(
    type: T,
    { legId, deadlineMs = 5_000 }: { legId?: LegId; deadlineMs?: number } = {},
  ): Promise<Extract<SignallingEvent, { type: T }>> {
    const isMeant = (event: SignallingEvent): boolean =>
      event.type === type && (legId === undefined || event.legId === legId);
    return (await this.next(isMeant, { what: type, deadlineMs })) as Extract<SignallingEvent, { type: T }>;
  }

  private async next(
    matches: (event: SignallingEvent) => boolean,
    { what, deadlineMs }: { what: string; deadlineMs: number },
  ): Promise<SignallingEvent> {
    const index = this.events.findIndex(matches);
    const heardAlready = index === -1 ? undefined : this.events.splice(index, 1)[0];
    if (heardAlready !== undefined) return heardAlready;
    const { promise, resolve, reject } = Promise.withResolvers<SignallingEvent>();
    const heard = (): string => this.events.map((event) => event.type).join(", ");
    const late = setTimeout(() => reject(new Error(`no ${what}; heard: ${heard()}`)), deadlineMs);
    this.waiting.push({ matches, found: resolve });
    try {
      return await promise;
    } finally {
      clearTimeout(late);
    }
  }

  /** Events that no test has asked for. */
  unheard(): SignallingEvent["type"][] {
    return this.events.map((event) => event.type);
  }

  /** The leg of the next INVITE, of any or for that user. */
  async invited(user?: string): Promise<{ legId: LegId; invite: IncomingInvite }> {
    const inviteOf = (legId: LegId): IncomingInvite | undefined =>
      this.invites.find((one) => one.legId === legId && (user === undefined || one.requestedUser === user));
    const { legId } = await this.next(
      (event) => event.type === "leg-progressed" && inviteOf(event.legId) !== undefined,
      {
        what: "INVITE",
        deadlineMs: 5_000,
      },
    );
    const invite = inviteOf(legId);
    if (invite === undefined) throw new Error(`leg ${legId} is no incoming one`);
    return { legId, invite };
  }
}

export class SignallingScene {
  readonly sip: SipSignalling;
  readonly host = new RecordingHost();
  readonly clock: HandMovedClock;
  readonly log: RecordingLog;
  private readonly server: RunningServer;
  private readonly peers: RawPeer[] = [];

  private constructor(server: RunningServer, parts: Pick<SignallingScene, "sip" | "clock" | "log">) {
    this.server = server;
    this.sip = parts.sip;
    this.clock = parts.clock;
    this.log = parts.log;
  }

  static async open(
    underTest: ServerUnderTest = engineUnderTest,
    certificates?: Certificates,
  ): Promise<SignallingScene> {
    const server = await underTest.open(certificates);
    const clock = new HandMovedClock();
    const log = new RecordingLog();
    const sip = new SipSignalling({
      control: { ...server.admin, secret: server.secret },
      office: { officeId: "x_test1", domain: "uno.example" },
      clock,
      ids: new CountingIds(),
      log,
    });
    const scene = new SignallingScene(server, { sip, clock, log });
    try {
      await sip.start(scene.host);
      await scene.routed();
      return scene;
    } catch (error) {
      await scene.close();
      throw error;
    }
  }

  /** Until the server hands requests to the box: it may take its routes only after having let it in. Commands are taken in order, and MESSAGE is routed after INVITE. */
  private async routed(): Promise<void> {
    const visitor = await this.peer("127.0.0.9");
    for (let attempt = 1; ; attempt += 1) {
      const lines = inviteLines(visitor, this.address, { callId: `visitor-${attempt}` });
      visitor.send(
        lines.filter((line) => !line.startsWith("Content-Type")).map((line) => line.replace("INVITE", "MESSAGE")),
      );
      if (!(await visitor.receive(/^SIP\/2\.0 [2-6]/)).startsWith("SIP/2.0 503")) return;
      if (attempt === 100) throw new Error("the server takes no routes");
    }
  }

  /** `host:port` of the server. */
  get address(): string {
    return this.server.at;
  }

  /** Where it listens on TLS; throws where it was opened without certificates. */
  get tlsPort(): number {
    if (this.server.tlsPort === undefined) throw new Error("opened without certificates");
    return this.server.tlsPort;
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
    await this.server.close();
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
