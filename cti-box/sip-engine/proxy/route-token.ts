/**
 * The parameter that the engine's Record-Route and Path carry, and why a stranger cannot use the engine as a relay.
 *
 * Decision: no list of proxied dialogs is kept, the proof travels in the route: `la2=<seconds>.<flow>.<signature>`. A request with a Route naming the
 * engine is passed on only when its parameter was signed by this process, for this Call-ID and this caller's tag, within the last week. Memory is thus
 * bounded however many dialogs stay without a BYE. The price: routes signed before a restart of the engine are not accepted after it (481), because the
 * key is made anew; one derived from the control port's secret would let every caller guess at that secret.
 *
 * `flow` names the connection, or the address of a peer behind NAT, that requests towards this side leave by (RFC 5626 §5.3): its Contact leads nowhere.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Peer } from "../transport/flow.ts";

export const tokenParameter = "la2";

/** What a signature is good for: one dialog, or every request towards one registered client (RFC 3327). */
export type TokenUse = { kind: "dialog"; callId: string; tag: string } | { kind: "path" };
export type RouteToken = { issuedS: number; flow: Peer | null };

const lifetimeS = 7 * 24 * 3_600;
const protocolPattern = /^(udp|tcp|tls|ws|wss)>(\d{1,5})>([0-9a-fA-F.:]+)$/;

export class RouteSigner {
  readonly #key: Buffer;
  readonly #nowS: () => number;

  constructor(key: Buffer = randomBytes(32), nowS: () => number = () => Math.floor(Date.now() / 1_000)) {
    this.#key = key;
    this.#nowS = nowS;
  }

  /** Value of the parameter; letters, digits, `-`, `_` and `.` only. */
  sign(flow: Peer | null, use: TokenUse): string {
    const place =
      flow === null ? "" : Buffer.from(`${flow.protocol}>${flow.port}>${flow.address}`).toString("base64url");
    const content = `${this.#nowS().toString(36)}.${place}`;
    return `${content}.${this.#signature(content, use)}`;
  }

  /** What the parameter says, or null when it was not signed here, for another use, or too long ago. */
  read(value: string, uses: readonly TokenUse[]): RouteToken | null {
    const [time, place, signature, ...more] = value.split(".");
    if (time === undefined || place === undefined || signature === undefined || more.length > 0) return null;
    const content = `${time}.${place}`;
    if (!uses.some((use) => isEqual(signature, this.#signature(content, use)))) return null;
    const issuedS = Number.parseInt(time, 36);
    if (this.#nowS() - issuedS > lifetimeS) return null;
    return { issuedS, flow: peerOf(Buffer.from(place, "base64url").toString("latin1")) };
  }

  #signature(content: string, use: TokenUse): string {
    const bound = use.kind === "path" ? "path" : `dialog\n${use.callId}\n${use.tag}`;
    return createHmac("sha256", this.#key).update(`${content}\n${bound}`).digest("base64url").slice(0, 22);
  }
}

function isEqual(one: string, other: string): boolean {
  const left = Buffer.from(one);
  const right = Buffer.from(other);
  return left.length === right.length && timingSafeEqual(left, right);
}

function peerOf(text: string): Peer | null {
  const found = protocolPattern.exec(text);
  if (found === null) return null;
  return { protocol: found[1] as Peer["protocol"], port: Number(found[2]), address: found[3] ?? "" };
}
