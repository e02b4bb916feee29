/**
 * Operators' sessions: who is signed in, with which token and SIP account. They outlive a kill of the box, so that pages come back by themselves.
 *   (nobody) ─sign in, one-time code─▶ open ─sign out, expiry, a newer sign-in of the same operator─▶ closed
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { accessTokenAudience, accessTokenClaimsSchema, sessionSchema, type Session } from "../../../contracts/index.ts";
import type { OperatorId } from "../../domain/call/ids.ts";
import type { ApiParts, OperatorAccount } from "./api-parts.ts";

const sessionHours = 12;
const codeMinutes = 10;
const largestCodes = 1_000;

export type OpenSession = {
  sessionId: string;
  operator: OperatorAccount;
  operatorId: OperatorId;
  session: Session;
  authorizationUser: string;
  stopExpiry: () => void;
};
/** Why a session ended: `replaced` by a newer sign-in of the same operator, else at its time or by signing out. */
type SessionEnd = "replaced" | "signed-out" | "expired";
type Closing = (session: OpenSession, why: SessionEnd) => void;

const keptSessionSchema = z.object({ session: sessionSchema, authorizationUser: z.string() });

export class Sessions {
  readonly #parts: ApiParts;
  readonly #open = new Map<string, OpenSession>();
  readonly #codes = new Map<string, { login: string; untilMs: number }>();
  readonly #closing = new Set<Closing>();

  constructor(parts: ApiParts) {
    this.#parts = parts;
    for (const { key, value } of parts.memory?.kept("session") ?? []) {
      if (!this.#takeBack(key, value)) parts.memory?.forget("session", key);
    }
    parts.accounts.closeSessionAccountsBut([...this.#open.values()].map(({ authorizationUser }) => authorizationUser));
  }

  /** Told of every session that ends. */
  onClose(listener: Closing): void {
    this.#closing.add(listener);
  }

  /** Null for an unknown login and for a wrong password alike, after the same work. */
  async signIn(login: string, password: string): Promise<OpenSession | null> {
    const operator = this.#parts.options.operators.find((each) => each.login === login);
    const matches = isEqual(password, operator?.password ?? this.#parts.ids.secret(16));
    return operator !== undefined && matches ? this.#begin(operator) : null;
  }

  /** A code for one sign-in within minutes; null for an unknown operator. */
  issueCode(login: string): string | null {
    if (!this.#parts.options.operators.some((each) => each.login === login)) return null;
    const now = this.#parts.clock.now();
    for (const [code, { untilMs }] of this.#codes) if (untilMs <= now) this.#codes.delete(code);
    if (this.#codes.size >= largestCodes) return null;
    const code = this.#parts.ids.secret(24);
    this.#codes.set(code, { login, untilMs: now + codeMinutes * 60_000 });
    return code;
  }

  async redeemCode(code: string): Promise<OpenSession | null> {
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    if (issued === undefined || issued.untilMs <= this.#parts.clock.now()) return null;
    const operator = this.#parts.options.operators.find((each) => each.login === issued.login);
    return operator === undefined ? null : this.#begin(operator);
  }

  /** The open session that a token belongs to: signature, algorithm, audience and time are checked, and that it was not closed. */
  async find(token: string): Promise<OpenSession | null> {
    try {
      const { publicJwk } = this.#parts.signer;
      const key = await crypto.subtle.importKey("jwk", publicJwk, { name: "ECDSA", namedCurve: "P-256" }, false, [
        "verify",
      ]);
      const currentDate = new Date(this.#parts.clock.now());
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["ES256"],
        audience: accessTokenAudience,
        currentDate,
      });
      return this.#open.get(accessTokenClaimsSchema.parse(payload).jti) ?? null;
    } catch {
      return null;
    }
  }

  close(session: OpenSession, why: SessionEnd): void {
    if (!this.#open.delete(session.sessionId)) return;
    session.stopExpiry();
    this.#parts.memory?.forget("session", session.sessionId);
    this.#parts.accounts.closeSessionAccount(session.authorizationUser);
    for (const listener of this.#closing) listener(session, why);
  }

  /** The box stops: nothing is told any more, and no timer is left. */
  stop(): void {
    for (const { stopExpiry } of this.#open.values()) stopExpiry();
    this.#open.clear();
    this.#codes.clear();
  }

  async #begin(operator: OperatorAccount): Promise<OpenSession> {
    const { options, accounts, ids, clock } = this.#parts;
    const operatorId = operator.login as OperatorId;
    const sessionId = ids.secret(16);
    const issuedAt = Math.floor(clock.now() / 1_000);
    const expires = issuedAt + sessionHours * 3_600;
    const token = await this.#sign(operator, { sessionId, issuedAt, expires });
    // One softphone per operator: a newer sign-in takes over, so that calls never ring in a page that nobody looks at.
    for (const open of this.#open.values()) if (open.operatorId === operatorId) this.close(open, "replaced");
    const sip = accounts.openSessionAccount(operatorId);
    const session: Session = {
      token,
      expiresAt: new Date(expires * 1_000).toISOString(),
      operator: {
        login: operator.login,
        displayName: operator.displayName,
        extension: operator.extension,
        queues: operator.queues,
      },
      office: options.office,
      sip: { webSocketUrl: options.sipWebSocketUrl, ...sip, iceServers: options.iceServers },
      crmBasePath: options.crmBridge === null ? null : "/crm",
    };
    const { authorizationUser } = sip;
    this.#parts.memory?.keep("session", sessionId, { session, authorizationUser });
    return this.#hold({ sessionId, operator, session, authorizationUser });
  }

  #hold(opened: Omit<OpenSession, "operatorId" | "stopExpiry">): OpenSession {
    const { clock } = this.#parts;
    const endsInMs = Date.parse(opened.session.expiresAt) - clock.now();
    const stopExpiry = clock.after(endsInMs, () => this.close(open, "expired"));
    const open: OpenSession = { ...opened, operatorId: opened.operator.login as OperatorId, stopExpiry };
    this.#open.set(open.sessionId, open);
    return open;
  }

  /** A session of an earlier run of the box; false: it is over, or its operator is not of the office any more. */
  #takeBack(sessionId: string, value: unknown): boolean {
    const kept = keptSessionSchema.safeParse(value);
    if (!kept.success || Date.parse(kept.data.session.expiresAt) <= this.#parts.clock.now()) return false;
    const { login } = kept.data.session.operator;
    const operator = this.#parts.options.operators.find((each) => each.login === login);
    if (operator !== undefined) this.#hold({ sessionId, operator, ...kept.data });
    return operator !== undefined;
  }

  #sign(operator: OperatorAccount, times: { sessionId: string; issuedAt: number; expires: number }): Promise<string> {
    const { signer, options } = this.#parts;
    return new SignJWT({ officeId: options.office.officeId, displayName: operator.displayName, roles: operator.roles })
      .setProtectedHeader({ alg: "ES256", kid: signer.keyId, typ: "JWT" })
      .setSubject(operator.login)
      .setAudience(accessTokenAudience)
      .setIssuedAt(times.issuedAt)
      .setExpirationTime(times.expires)
      .setJti(times.sessionId)
      .sign(signer.privateKey);
  }
}

/** In constant time, whatever the lengths. */
export function isEqual(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
