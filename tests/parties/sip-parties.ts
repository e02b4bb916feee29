/**
 * Many SIP parties on one address: citizens behind a carrier, or the operators' desk telephones. Made of this project's engine and `drachtio-srf`, so that each keeps
 * its dialogs as a real telephone does, and cheap enough for hundreds of calls.
 */
import { randomUUID } from "node:crypto";
import Srf from "drachtio-srf";
import { startSipEngine, type SipEngineHandle } from "../../cti-box/sip-engine/engine.ts";
import { PartyAudio } from "./party-audio.ts";

export type PartyCall = {
  audio: PartyAudio;
  /** User that called, or that is called. */
  user: string;
  /** The box's own name of the call and the caller that it shows; null where this party called. */
  shown: { callId: string; caller: string } | null;
  /** Who ended the call. */
  ended: Promise<"box" | "party">;
  isUp(): boolean;
  /** A re-INVITE of the party's own; the status of its answer. */
  reinvite(direction: "sendonly" | "sendrecv"): Promise<number>;
  hangUp(): Promise<void>;
};

type Requester = {
  request(
    uri: string,
    options: object,
    sent: (
      error: Error | null,
      request: { on(event: "response", listener: (response: { status: number }) => void): void },
    ) => void,
  ): void;
};

export class SipParties {
  readonly address: string;
  /** Calls that were answered here, newest last. */
  readonly answered: PartyCall[] = [];
  private readonly engine: SipEngineHandle;
  private readonly srf: Srf;
  private readonly up = new Set<PartyCall>();
  private voices = 0;
  /** Tells how long the called party lets it ring. */
  ringMs: (user: string) => number = () => 0;

  private constructor(address: string, engine: SipEngineHandle, srf: Srf) {
    this.address = address;
    this.engine = engine;
    this.srf = srf;
    srf.invite((request, response) => void this.answer(request, response).catch(() => undefined));
  }

  static async open(address: string): Promise<SipParties> {
    const secret = randomUUID();
    const engine = await startSipEngine({
      admin: { host: "127.0.0.1", port: 0 },
      secrets: [secret],
      contacts: [`sip:${address}:5060;transport=udp`],
      protection: { mode: "off" },
    });
    const srf = new Srf();
    const connected = new Promise<void>((resolve, reject) => {
      srf.on("connect", (error: Error | null) => (error ? reject(error) : resolve()));
    });
    const parties = new SipParties(address, engine, srf);
    void srf.connect({ ...engine.admin, secret });
    await connected;
    srf.on("error", () => undefined);
    return parties;
  }

  /** Registers a telephone. Throws with the status of a refusal. */
  async register(box: string, user: string, password: string): Promise<void> {
    const headers = {
      from: `<sip:${user}@${box}>`,
      to: `<sip:${user}@${box}>`,
      contact: `<sip:${user}@localhost>`,
      expires: "3600",
    };
    const options = { method: "REGISTER", headers, auth: { username: user, password } };
    const status = await new Promise<number>((resolve, reject) => {
      (this.srf as unknown as Requester).request(`sip:${box}`, options, (error, request) => {
        if (error) return reject(error);
        return request.on("response", (response) => resolve(response.status));
      });
    });
    if (status !== 200) throw new Error(`registration of ${user}: ${status}`);
  }

  async call(box: string, number: string, from: string): Promise<PartyCall> {
    const audio = await this.openAudio();
    try {
      const dialog = await this.srf.createUAC(`sip:${number}@${box}`, {
        localSdp: audio.description,
        headers: { from: `<sip:${from}@${this.address};user=phone>`, contact: "<sip:party@localhost>" },
      });
      return this.callOf(dialog, audio, { user: from, shown: null });
    } catch (error) {
      audio.close();
      throw error;
    }
  }

  callsUp(): number {
    return this.up.size;
  }

  callsOfNow(): PartyCall[] {
    return [...this.up];
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.up].map((call) => call.hangUp()));
    this.srf.disconnect();
    await this.engine.close();
  }

  private async openAudio(): Promise<PartyAudio> {
    this.voices = (this.voices % 120) + 1;
    return PartyAudio.open(this.address, this.voices);
  }

  private async answer(request: Srf.SrfRequest, response: Srf.SrfResponse): Promise<void> {
    const user = /sip:([^@;>]+)@/.exec(request.uri)?.[1] ?? "";
    let isCancelled = false;
    request.on("cancel", () => (isCancelled = true));
    response.send(180);
    await new Promise((resolve) => setTimeout(resolve, this.ringMs(user)));
    if (isCancelled) return;
    const audio = await this.openAudio();
    try {
      const dialog = await this.srf.createUAS(request, response, { localSdp: audio.description });
      const caller = /sip:([^@;>]+)@/.exec(request.get("From"))?.[1] ?? "";
      const shown = { callId: request.get("X-LA2-Call-Id") ?? "", caller };
      this.answered.push(this.callOf(dialog, audio, { user, shown }));
    } catch (error) {
      audio.close();
      throw error;
    }
  }

  private callOf(dialog: Srf.Dialog, audio: PartyAudio, who: Pick<PartyCall, "user" | "shown">): PartyCall {
    const ended = Promise.withResolvers<"box" | "party">();
    let state: "up" | "over" = "up";
    const over = (by: "box" | "party"): void => {
      if (state === "over") return;
      state = "over";
      audio.close();
      this.up.delete(call);
      ended.resolve(by);
    };
    audio.speakTo(dialog.remote.sdp);
    dialog.on("destroy", () => over("box"));
    dialog.on("modify", (request, response) => {
      audio.speakTo(request.body);
      response.send(200, { body: audio.description, headers: { "Content-Type": "application/sdp" } });
    });
    const call: PartyCall = {
      audio,
      ...who,
      ended: ended.promise,
      isUp: () => state === "up",
      reinvite: (direction) => reinvite(dialog, audio.description.replace("a=sendrecv", `a=${direction}`)),
      hangUp: async () => {
        if (state === "over") return;
        await new Promise<void>((resolve) => dialog.destroy({ headers: {} }, () => resolve()));
        over("party");
      },
    };
    this.up.add(call);
    return call;
  }
}

/** Not with `modify`, which `drachtio-srf` never lets go on in a dialog where one was refused. */
function reinvite(dialog: Srf.Dialog, description: string): Promise<number> {
  type Requester = {
    request(options: object, done: (error: Error | null, response?: { status: number }) => void): void;
  };
  const headers = { "Content-Type": "application/sdp", contact: "<sip:party@localhost>" };
  return new Promise((resolve) =>
    (dialog as unknown as Requester).request({ method: "INVITE", headers, body: description }, (error, response) => {
      if (error !== null) resolve(0);
      else if ((response?.status ?? 0) >= 200) resolve(response?.status ?? 0);
    }),
  );
}
