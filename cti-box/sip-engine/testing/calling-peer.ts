/** Calls between an application of drachtio-srf and a peer that is steered message by message: set up here, to be taken apart by a test. */
import { setImmediate } from "node:timers/promises";
import type Srf from "drachtio-srf";
import { portOf, type ConnectedApplication } from "./connected-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "./raw-peer.ts";

export type Call = { dialog: Srf.Dialog; ok: string };
export type CallWishes = { callId: string; more?: string[]; headers?: Record<string, string> };
/** `contact`: what the 200 says in place of the peer's own; `ackAt`: who gets the ACK then. */
export type PlacedWishes = Omit<CallWishes, "callId"> & { contact?: string[]; ackAt?: RawPeer };
const sdpType = "Content-Type: application/sdp";

export class CallingPeer {
  readonly raw: RawPeer;
  readonly #application: ConnectedApplication;
  readonly #engineAt: string;

  private constructor(raw: RawPeer, application: ConnectedApplication) {
    this.raw = raw;
    this.#application = application;
    this.#engineAt = `127.0.0.1:${portOf(application.engine, "udp")}`;
  }

  static async open(application: ConnectedApplication): Promise<CallingPeer> {
    const port = portOf(application.engine, "udp");
    // The route is known before any peer speaks; the tests' own handlers come after this one.
    application.srf.use("invite", (_req, _res, next) => next());
    await application.settled();
    return new CallingPeer(await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port }), application);
  }

  /** What the peer answers to a request of the engine's. */
  answer(request: string, status: string, ...[more = [], contact]: [string[]?, string[]?]): void {
    const to = headerOf(request, "To");
    const copied = [...request.matchAll(/^Via:.*$/gim)].map((found) => found[0].trim());
    const hasBody = status.startsWith("200") && headerOf(request, "CSeq").endsWith("INVITE");
    this.raw.send(
      [
        `SIP/2.0 ${status}`,
        ...copied,
        `From: ${headerOf(request, "From")}`,
        `To: ${to.includes(";tag=") ? to : `${to};tag=peer`}`,
        `Call-ID: ${headerOf(request, "Call-ID")}`,
        `CSeq: ${headerOf(request, "CSeq")}`,
        ...(contact ?? [`Contact: <sip:peer@${this.raw.hostPort}>`]),
        ...(hasBody ? [sdpType] : []),
        ...more,
      ],
      hasBody ? exampleSdp : "",
    );
  }

  /** A request of the peer's in a call; `ok`: the engine's 200 (the peer called), or its INVITE (it was called). */
  ask(
    call: string,
    method: string,
    { cseq, branch, more = [] }: { cseq: number; branch?: string; more?: string[] },
  ): void {
    const wasCalled = call.startsWith("INVITE");
    const [own, other] = wasCalled ? ["To", "From"] : ["From", "To"];
    const mine = headerOf(call, own);
    const hasBody = method === "INVITE";
    this.raw.send(
      [
        `${method} sip:callee@${this.#engineAt} SIP/2.0`,
        `Via: SIP/2.0/UDP ${this.raw.hostPort};branch=z9hG4bK-${branch ?? `${method}${cseq}`}`,
        `From: ${mine.includes(";tag=") ? mine : `${mine};tag=peer`}`,
        `To: ${headerOf(call, other)}`,
        `Call-ID: ${headerOf(call, "Call-ID")}`,
        `CSeq: ${cseq} ${method}`,
        `Contact: <sip:peer@${this.raw.hostPort}>`,
        "Max-Forwards: 70",
        ...(hasBody ? [sdpType] : []),
        ...more,
      ],
      hasBody ? exampleSdp : "",
    );
  }

  /** The peer calls, the application answers with 200 and `headers`, the peer acknowledges. */
  async callsIn({ callId, more = [], headers = {} }: CallWishes): Promise<Call> {
    const { srf, engine } = this.#application;
    const offered = new Promise<{ req: Srf.SrfRequest; res: Srf.SrfResponse }>((resolve) =>
      srf.invite((req, res) => (req.get("Call-ID") === callId ? resolve({ req, res }) : undefined)),
    );
    this.raw.send(inviteLines(this.raw, this.#engineAt, { callId, more }), exampleSdp);
    const { req, res } = await offered;
    const dialog = await srf.createUAS(req, res, { localSdp: exampleSdp, headers });
    const ok = await this.raw.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 INVITE/);
    this.ask(ok, "ACK", { cseq: 1 });
    await untilAcknowledged(engine);
    return { dialog, ok };
  }

  /** The application calls, the peer answers with 200 and `more`; `ok` is the INVITE that came. */
  async isCalled({ more = [], headers = {}, contact, ackAt }: PlacedWishes): Promise<Call> {
    const placed = this.#application.srf.createUAC(`sip:callee@${this.raw.hostPort}`, {
      localSdp: exampleSdp,
      headers,
    });
    const invite = await this.raw.receive(/^INVITE /);
    this.answer(invite, "200 OK", more, contact);
    const dialog = await placed;
    await (ackAt ?? this.raw).receive(/^ACK /);
    return { dialog, ok: invite };
  }
}

async function untilAcknowledged(engine: ConnectedApplication["engine"]): Promise<void> {
  const deadline = AbortSignal.timeout(5_000);
  while ((await engine.load()).unacknowledged > 0) {
    deadline.throwIfAborted();
    await setImmediate();
  }
}
