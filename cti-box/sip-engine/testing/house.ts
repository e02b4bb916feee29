/** A house with one user, "100": its application, which asks everybody for credentials (digest, MD5), and its phone, which registers and calls as any phone does. */
import { createHash, randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type Srf from "drachtio-srf";
import { exampleSdp, headerOf, RawPeer } from "./raw-peer.ts";

export const housePassword = "4711";
const realm = "uno.example";
const phonePauseMs = 100;
const agains = 10;

export const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

type Handle = Parameters<Srf["invite"]>[0];
type Request = Parameters<Handle>[0];
type Response = Parameters<Handle>[1];

/** Serves the house; counts what the application was asked, by method. */
export function serveHouse(srf: Srf): Map<string, number> {
  const heard = new Map<string, number>();
  const count = ({ method }: Request): void => void heard.set(method, (heard.get(method) ?? 0) + 1);
  const isAllowed = (req: Request, res: Response): boolean => {
    count(req);
    const given = req.get("authorization") as string | undefined;
    const field = (name: string): string => new RegExp(`${name}="?([^",]*)`).exec(given ?? "")?.[1] ?? "";
    const request = md5(`${req.method}:${field("uri")}`);
    const expected = md5(`${md5(`100:${realm}:${housePassword}`)}:${field("nonce")}:${request}`);
    if (given !== undefined && field("username") === "100" && field("response") === expected) return true;
    const nonce = randomBytes(12).toString("hex");
    res.send(401, { headers: { "WWW-Authenticate": `Digest realm="${realm}", nonce="${nonce}"` } });
    return false;
  };
  const on = srf as unknown as Record<"register" | "options", (handle: Handle) => void>;
  on.register((req, res) => {
    if (isAllowed(req, res)) res.send(200, { headers: { Contact: req.get("contact"), Expires: "60" } });
  });
  on.options((req, res) => {
    count(req);
    res.send(200);
  });
  srf.invite((req, res) => {
    if (isAllowed(req, res)) srf.createUAS(req, res, { localSdp: exampleSdp }).catch(() => undefined);
  });
  return heard;
}

/** The phone of the house. Throws where an answer does not come, however often it asks. */
export class HousePhone {
  readonly #peer: RawPeer;
  readonly #engineAt: string;
  #round = 0;

  private constructor(peer: RawPeer, engineAt: string) {
    this.#peer = peer;
    this.#engineAt = engineAt;
  }

  static async open(address: string, enginePort: number): Promise<HousePhone> {
    const peer = await RawPeer.open(address, { host: "127.0.0.1", port: enginePort });
    return new HousePhone(peer, `127.0.0.1:${enginePort}`);
  }

  close(): void {
    this.#peer.close();
  }

  /** The final answer to a request with the credentials that were asked for. */
  async ask(method: "REGISTER" | "INVITE"): Promise<string> {
    this.#round += 1;
    const uri = `sip:${this.#engineAt}`;
    const challenge = await this.#final(method, 1, []);
    if (method === "INVITE") this.#follow("ACK", challenge, 1);
    const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? "";
    const response = md5(`${md5(`100:${realm}:${housePassword}`)}:${nonce}:${md5(`${method}:${uri}`)}`);
    const answer = await this.#final(method, 2, [
      `Authorization: Digest username="100", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`,
    ]);
    if (method === "INVITE") this.#follow("ACK", answer, 2);
    return answer;
  }

  /** A call that it makes and ends; the final answers to INVITE and BYE. */
  async call(): Promise<[string, string]> {
    const answer = await this.ask("INVITE");
    this.#follow("BYE", answer, 3);
    return [answer, await this.#peer.receive(/^SIP\/2\.0 [2-6][\s\S]*CSeq: 3 BYE/)];
  }

  /** Registers and calls as long as the attack goes on; every final answer's status, and how often it was at it. */
  async liveThrough(attack: Promise<unknown>): Promise<{ rounds: number; statuses: string[] }> {
    const over = attack.then(() => "over" as const);
    const statuses = new Set<string>();
    for (let rounds = 1; ; rounds += 1) {
      for (const answer of [await this.ask("REGISTER"), ...(await this.call())]) statuses.add(answer.slice(8, 11));
      // A phone that goes on as fast as it can would meet its own limit.
      if ((await Promise.race([over, setTimeout(phonePauseMs)])) === "over") return { rounds, statuses: [...statuses] };
    }
  }

  async #final(method: string, cseq: number, more: string[]): Promise<string> {
    const isInvite = method === "INVITE";
    const callId = `house-${this.#round}`;
    const isIts = new RegExp(`^SIP/2\\.0 [2-6][\\s\\S]*Call-ID: ${callId}\\r\\nCSeq: ${cseq} `, "i");
    const lines = [
      `${method} sip:${this.#engineAt} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.#peer.hostPort};branch=z9hG4bK-${callId}-${cseq};rport`,
      `From: <sip:100@${realm}>;tag=${callId}-${cseq}`,
      `To: <sip:100@${realm}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:100@${this.#peer.hostPort}>`,
      "Max-Forwards: 70",
      "User-Agent: House Phone",
      ...(isInvite ? ["Content-Type: application/sdp"] : []),
      ...more,
    ];
    for (let copy = 0; ; copy += 1) {
      this.#peer.send(lines, isInvite ? exampleSdp : "");
      // As any phone does: again until it is answered.
      const answer = await this.#peer.receive(isIts, 500).catch((error: Error) => error);
      if (typeof answer === "string") return answer;
      if (copy === agains) throw answer;
    }
  }

  #follow(method: "ACK" | "BYE", answer: string, cseq: number): void {
    const branch = method === "ACK" && !answer.startsWith("SIP/2.0 2") ? cseq : `${cseq}-${method}`;
    this.#peer.send([
      `${method} sip:${this.#engineAt} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.#peer.hostPort};branch=z9hG4bK-house-${this.#round}-${branch};rport`,
      `From: ${headerOf(answer, "From")}`,
      `To: ${headerOf(answer, "To")}`,
      `Call-ID: ${headerOf(answer, "Call-ID")}`,
      `CSeq: ${cseq} ${method}`,
      "Max-Forwards: 70",
    ]);
  }
}
