/**
 * Protection against strangers: one owner of what is known of sources, asked by the transports and by the user agent.
 *
 *   stranger ─shows that our bytes reach it─▶ proven ─credentials or an acknowledged call─▶ in good standing
 *        └──────── too many misdeeds ────────────┴─▶ banned: nothing of it is looked at
 *   in good standing ─ too many misdeeds that are certainly its own ─▶ no new requests; calls go on
 *
 * Anybody can write somebody else's address on a datagram. So what comes by datagram does nothing to a source in good standing beyond its rate, unless it
 * shows that it was the source's own (a challenge that it was given, a connection); and a stranger is never sent more bytes than it brought (`byte-budget.ts`).
 */
import type { BoundedLog } from "../log.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { Flow } from "../transport/flow.ts";
import { Bans, type Ban } from "./bans.ts";
import { BytePool, ByteBudget } from "./byte-budget.ts";
import { ConnectionGuard, type AdmittedConnection } from "./connection-guard.ts";
import { newCounters, type ProtectionCounters } from "./counters.ts";
import { GivenNonces, nonceOf } from "./given-nonces.ts";
import { headerRules, type Judgement } from "./header-rules.ts";
import { LimitedFlow } from "./limited-flow.ts";
import { protectionLimits, type ProtectionLimits, type ProtectionOptions } from "./protection-options.ts";
import { refusalIn } from "./refusal.ts";
import { sourceKey, trustedNetworks } from "./source-address.ts";
import { Sources, type Source } from "./sources.ts";
import { addStrike, type Misdeed, type StrikeRule } from "./strikes.ts";
import { fullBucket, takeToken, type Bucket } from "./token-bucket.ts";

const provenMs = 3_600_000;
const goodMs = 12 * 3_600_000;

/** `busy`: the peer can be told so. */
export type Admission = "admitted" | "silence" | "busy";

/** Bans by source, with what is left of them in milliseconds. */
export type ProtectionSnapshot = {
  counters: ProtectionCounters;
  bans: (Pick<Ban, "times" | "reason" | "scope"> & { source: string; leftMs: number })[];
  sources: number;
  /** Server transactions of sources that are not trusted. */
  open: number;
  connections: number;
};

/** Of an engine that is gone. */
export function emptySnapshot(): ProtectionSnapshot {
  return { counters: newCounters(), bans: [], sources: 0, open: 0, connections: 0 };
}

export class Protection {
  readonly counters: ProtectionCounters = newCounters();
  /** Decides by the headers of a new request, whoever sent it. */
  readonly judge: (request: SipRequest) => Judgement;
  readonly #limits: ProtectionLimits;
  readonly #log: BoundedLog;
  readonly #now: () => number;
  readonly #sources: Sources;
  readonly #bans: Bans;
  readonly #connections: ConnectionGuard;
  readonly #pool = new BytePool();
  readonly #strangers: Bucket;
  readonly #strikeRule: StrikeRule;
  #open = 0;

  constructor(options: ProtectionOptions, log: BoundedLog, now: () => number = () => performance.now()) {
    const limits = protectionLimits(options);
    this.#limits = limits;
    this.#log = log;
    this.#now = now;
    this.judge = headerRules(options);
    this.#sources = new Sources({
      largest: limits.largestSources,
      bucket: { perSecond: limits.requestsPerSecond, burst: limits.requestBurst },
      isTrusted: limits.mode === "off" ? () => true : trustedNetworks(limits.trusted),
    });
    this.#bans = new Bans({ firstMs: limits.banMs, longestMs: limits.longestBanMs, largest: limits.largestBans });
    this.#connections = new ConnectionGuard(limits, this.counters);
    this.#strangers = fullBucket(this.#strangersRule, now());
    this.#strikeRule = { limit: limits.refusals, windowMs: limits.refusalWindowMs };
  }

  get #strangersRule(): { perSecond: number; burst: number } {
    return { perSecond: this.#limits.strangersPerSecond, burst: this.#limits.strangersBurst };
  }

  /** These addresses and networks are trusted from now on, and no others. A source that becomes trusted is banned no longer. */
  trust(networks: readonly string[]): void {
    if (this.#limits.mode === "off") return;
    for (const source of this.#sources.trust(trustedNetworks(networks))) {
      this.#open += source.isTrusted ? -source.open : source.open;
      if (source.isTrusted) this.#bans.lift(source.key);
    }
  }

  /** Is a datagram from there looked at? One look into a map. */
  admits(address: string): boolean {
    if (this.#bans.size === 0 || this.#banOn(address)?.scope !== "everything") return true;
    this.counters.bannedDatagrams += 1;
    return false;
  }

  /** A connection was made to us; null: it is to be closed. `close` ends it later, when its source is banned. */
  admitConnection(address: string, close: () => void): AdmittedConnection | null {
    if (this.#bans.size > 0 && this.#banOn(address)?.scope === "everything") {
      this.counters.bannedConnections += 1;
      return null;
    }
    return this.#connections.accept(this.#sources.of(address, this.#now()), close);
  }

  /** The way by which this message is answered: limited where a datagram's sender has proved nothing. */
  wayFor(flow: Flow, bytes: number): Flow {
    if (flow.protocol !== "udp") return flow;
    const source = this.#sourceOf(flow);
    if (source.isTrusted || source.provenUntilMs > this.#now()) return flow;
    return new LimitedFlow(flow, {
      budget: new ByteBudget(this.#pool, bytes),
      isProven: () => source.provenUntilMs > this.#now(),
      withheld: () => {
        this.counters.withheldAnswers += 1;
      },
    });
  }

  /** A message could not be read. False: it is not answered either. */
  malformed(flow: Flow): boolean {
    this.counters.malformed += 1;
    const source = this.#sourceOf(flow);
    if (source.isTrusted) return true;
    const isAnswered = this.#overRate(source, flow) === null;
    if (!isAnswered) this.counters.malformedUnanswered += 1;
    this.#strike(source, "malformed", flow.protocol !== "udp");
    return isAnswered;
  }

  /** A message that belongs to nothing and is not answered. */
  stray(flow: Flow): void {
    const source = this.#sourceOf(flow);
    if (!source.isTrusted) this.#overRate(source, flow);
  }

  isTrusted(flow: Flow): boolean {
    return this.#sourceOf(flow).isTrusted;
  }

  /** A new request outside of dialogs, of a source that is not trusted. */
  admit(flow: Flow): Admission {
    const source = this.#sourceOf(flow);
    if (this.#bans.size > 0 && this.#bans.find(source.key, this.#now) !== null) {
      this.counters.bannedRequests += 1;
      return "silence";
    }
    const why = this.#overRate(source, flow) ?? this.#overOpen(source, flow);
    if (why === null) return "admitted";
    this.counters[why] += 1;
    this.#log.write("warn", "requests over a limit are dropped", { from: source.key, limit: why });
    if (this.#isStranger(source, flow)) return "silence";
    this.counters.toldBusy += 1;
    return "busy";
  }

  /** Its headers were judged: a scanner. */
  scanned(flow: Flow): void {
    const source = this.#sourceOf(flow);
    if (!source.isTrusted) this.#strike(source, "scanner", flow.protocol !== "udp");
  }

  /** A server transaction of that source begins. */
  opened(flow: Flow): void {
    const source = this.#sourceOf(flow);
    if (flow instanceof LimitedFlow) flow.stranger.budget.keep();
    source.open += 1;
    if (!source.isTrusted) this.#open += 1;
  }

  /** It is over. */
  released(flow: Flow): void {
    const source = this.#sourceOf(flow);
    if (flow instanceof LimitedFlow) flow.stranger.budget.release();
    // The source may have been forgotten and be known anew.
    source.open = Math.max(0, source.open - 1);
    if (!source.isTrusted) this.#open -= 1;
  }

  /** It has shown something that only who receives our messages can know. */
  proven(flow: Flow): void {
    const source = this.#sourceOf(flow);
    if (!source.isTrusted) source.provenUntilMs = this.#now() + provenMs;
  }

  /** It is one of ours. */
  good(flow: Flow): void {
    const source = this.#sourceOf(flow);
    if (source.isTrusted) return;
    source.provenUntilMs = this.#now() + provenMs;
    source.goodUntilMs = this.#now() + goodMs;
    source.strikes.points = 0;
  }

  /** What the application answered to a request outside of dialogs. */
  answered(request: SipRequest, response: SipResponse, flow: Flow): void {
    if (response.status < 200 || this.isTrusted(flow) || tagOf(request.headers.first("to")) !== null) return;
    const source = this.#sourceOf(flow);
    const credentials = request.headers.first("authorization") ?? request.headers.first("proxy-authorization");
    const brought = credentials === undefined ? null : nonceOf(credentials);
    const isOurNonce = brought !== null && source.nonces?.has(brought) === true;
    if (isOurNonce) this.proven(flow);
    if (response.status < 300) {
      if (credentials !== undefined) this.good(flow);
      return;
    }
    for (const name of ["www-authenticate", "proxy-authenticate"]) {
      for (const challenge of response.headers.lines(name)) {
        const nonce = nonceOf(challenge);
        if (nonce !== null) (source.nonces ??= new GivenNonces()).add(nonce);
      }
    }
    const misdeed = refusalIn(request, response, isOurNonce);
    if (misdeed !== null) this.#strike(source, misdeed, isOurNonce || flow.protocol !== "udp");
  }

  /** We send a request there: what it answers has to be heard, whatever came from it before. */
  called(address: string): void {
    if (this.#bans.size === 0) return;
    const ban = this.#banOn(address);
    if (ban !== null) ban.scope = "new-requests";
  }

  snapshot(): ProtectionSnapshot {
    const nowMs = this.#now();
    const bans = this.#bans
      .list(nowMs)
      .map(({ source, untilMs, times, reason, scope }) => ({ source, leftMs: untilMs - nowMs, times, reason, scope }));
    const { size: connections } = this.#connections;
    return { counters: { ...this.counters }, bans, sources: this.#sources.size, open: this.#open, connections };
  }

  #sourceOf(flow: Flow): Source {
    return this.#sources.of(flow.remoteAddress, this.#now());
  }

  #banOn(address: string): Ban | null {
    return this.#bans.find(sourceKey(address), this.#now);
  }

  #isStranger(source: Source, flow: Flow): boolean {
    return flow.protocol === "udp" && source.provenUntilMs <= this.#now();
  }

  #overRate(source: Source, flow: Flow): "overSourceRate" | "overStrangersRate" | null {
    const { requestsPerSecond: perSecond, requestBurst: burst } = this.#limits;
    if (!takeToken(source.bucket, { perSecond, burst }, this.#now())) {
      this.#strike(source, "excess", flow.protocol !== "udp");
      return "overSourceRate";
    }
    if (!this.#isStranger(source, flow)) return null;
    return takeToken(this.#strangers, this.#strangersRule, this.#now()) ? null : "overStrangersRate";
  }

  #overOpen(source: Source, flow: Flow): "overOpenPerSource" | "overOpen" | null {
    if (source.open >= this.#limits.openPerSource) return "overOpenPerSource";
    // Strangers leave half of the room to those that are known.
    const room = this.#isStranger(source, flow) ? this.#limits.open / 2 : this.#limits.open;
    return this.#open >= room ? "overOpen" : null;
  }

  /** `isItsOwn`: nobody else can have done it in its name. */
  #strike(source: Source, misdeed: Misdeed, isItsOwn: boolean): void {
    const nowMs = this.#now();
    if (!addStrike(source.strikes, misdeed, { rule: this.#strikeRule, nowMs })) return;
    const isGood = source.goodUntilMs > nowMs;
    if (isGood && !isItsOwn) return;
    const scope = isGood ? "new-requests" : "everything";
    const ban = this.#bans.add(source.key, { reason: misdeed, scope, nowMs });
    this.counters.bans += 1;
    const seconds = Math.round((ban.untilMs - nowMs) / 1_000);
    this.#log.write("warn", "source banned", { from: source.key, reason: misdeed, seconds, times: ban.times });
    if (scope === "everything") this.#connections.closeAllOf(source.key);
  }
}
