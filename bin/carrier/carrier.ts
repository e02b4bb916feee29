/**
 * The simulated carrier: a SIP user agent on its own loopback address, made of this project's engine and drachtio-srf. It places citizens' calls with
 * real audio. It is also a witness: what a call heard can be measured, and a call that this carrier never placed never happened.
 */
import { randomUUID } from "node:crypto";
import { startSipEngine, type SipEngineHandle } from "../../cti-box/sip-engine/engine.ts";
import Srf from "drachtio-srf";
import { RtpAudio } from "./rtp-audio.ts";

export type CitizenCallOrder = {
  /** Public number of the office, E.164. */
  number: string;
  /** `address:port` of the office's box. */
  box: string;
  caller: { number: string; displayName: string };
  /** Further headers: a test of what a trunk may not do sends a forged User-to-User here. */
  headers?: Record<string, string>;
  /** `ack`: the INVITE brings no offer, as some carriers' do; ours is the answer, in the ACK (RFC 3261 §13.2.1). */
  describedIn?: "invite" | "ack";
  /** Beside the sound: a text stream's part of our description, told of the office's one. */
  text?: { lines(): string; accept(sdp: string): void };
  /** Told of each provisional answer: 180 while it rings. */
  onProgress?: (status: number) => void;
  /** The caller gives up: CANCEL, and placeCall throws {@link CallNotAnswered} with 487. */
  giveUp?: AbortSignal;
};

export class CallNotAnswered extends Error {
  readonly status: number;
  constructor(status: number, reason: string) {
    super(`the office answered ${status} ${reason}`);
    this.status = status;
  }
}

export type CitizenCall = {
  audio: RtpAudio;
  /** Epoch milliseconds, to the microsecond, at which the stack sent the INVITE. */
  invitedAtMs: number;
  sipCallId: string;
  /** Resolves when the office hangs up or we do. */
  ended: Promise<"office" | "citizen">;
  sendInfoDigit(digit: string): Promise<void>;
  /** A re-INVITE that offers fax over IP (T.38) alone; the status of its answer. */
  offerFax(): Promise<number>;
  hangUp(): Promise<void>;
};

export class Carrier {
  readonly address: string;
  readonly #engine: SipEngineHandle;
  readonly #srf: Srf;
  readonly #calls = new Set<CitizenCall>();

  private constructor(address: string, engine: SipEngineHandle, srf: Srf) {
    this.address = address;
    this.#engine = engine;
    this.#srf = srf;
  }

  /** Opens the carrier on an address of its own; the boxes know it by that address. */
  static async open(address: string, sipPort = 0): Promise<Carrier> {
    const secret = randomUUID();
    const engine = await startSipEngine({
      admin: { host: "127.0.0.1", port: 0 },
      secrets: [secret],
      contacts: [`sip:${address}:${sipPort};transport=udp`],
    });
    const srf = new Srf();
    const connected = new Promise<void>((resolve, reject) => {
      srf.on("connect", (error: Error | null) => (error ? reject(error) : resolve()));
      srf.on("error", reject);
    });
    await srf.connect({ host: engine.admin.host, port: engine.admin.port, secret });
    await connected;
    srf.on("error", () => undefined);
    return new Carrier(address, engine, srf);
  }

  /** Calls the number. Throws {@link CallNotAnswered} with the office's answer when it does not take the call. */
  async placeCall(order: CitizenCallOrder): Promise<CitizenCall> {
    const audio = await RtpAudio.open(this.address);
    let invitedAtMs = performance.timeOrigin + performance.now();
    let dialog: Srf.Dialog;
    try {
      dialog = await this.#invite(order, audio, (atMs) => (invitedAtMs = atMs));
    } catch (error) {
      audio.close();
      const { status, reason } = error as { status?: number; reason?: string };
      if (status === undefined) throw error;
      throw new CallNotAnswered(status, reason ?? "");
    }
    const call = this.#callOf(dialog, audio, invitedAtMs);
    this.#calls.add(call);
    return call;
  }

  /** Hangs up what is still up and gives the address back. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#calls].map((call) => call.hangUp()));
    this.#srf.disconnect();
    await this.#engine.close();
  }

  async #invite(order: CitizenCallOrder, audio: RtpAudio, sentAt: (atMs: number) => void): Promise<Srf.Dialog> {
    const isLate = order.describedIn === "ack";
    const options = {
      ...(isLate ? { noAck: true } : { localSdp: audio.description + (order.text?.lines() ?? "") }),
      headers: {
        from: `"${order.caller.displayName}" <sip:${order.caller.number}@${this.address};user=phone>`,
        contact: `<sip:carrier@localhost>`,
        ...order.headers,
      },
    };
    const progress = {
      cbRequest: (error: Error | null, request: Srf.SrfRequest): void => {
        if (error !== null) return;
        sentAt(epochMsOf(request.stackTime));
        const giveUp = (): void => {
          request.cancel(() => undefined);
        };
        if (order.giveUp?.aborted === true) giveUp();
        else order.giveUp?.addEventListener("abort", giveUp, { once: true });
      },
      cbProvisional: (response: Srf.SrfResponse): void => order.onProgress?.(response.status),
    };
    // The package's types leave out the first argument of cbRequest.
    const callbacks = progress as unknown as Parameters<Srf["createUAC"]>[2];
    const answered: unknown = await this.#srf.createUAC(`sip:${order.number}@${order.box}`, options, callbacks);
    if (!isLate) {
      const dialog = answered as Srf.Dialog;
      audio.setRemote(dialog.remote.sdp);
      order.text?.accept(dialog.remote.sdp);
      return dialog;
    }
    const offered = answered as { sdp: string; ack: (answer: string) => Promise<Srf.Dialog> };
    audio.setRemote(offered.sdp);
    return offered.ack(audio.description);
  }

  #callOf(dialog: Srf.Dialog, audio: RtpAudio, invitedAtMs: number): CitizenCall {
    let endedBy: (side: "office" | "citizen") => void = () => undefined;
    const ended = new Promise<"office" | "citizen">((resolve) => {
      endedBy = (side) => {
        audio.close();
        this.#calls.delete(call);
        resolve(side);
      };
    });
    let isUp = true;
    dialog.on("destroy", () => {
      if (!isUp) return;
      isUp = false;
      endedBy("office");
    });
    // The box re-negotiates when a transfer changes the media: take its new address, answer with ours.
    dialog.on("modify", (request, response) => {
      if (request.body.length > 0) audio.setRemote(request.body);
      response.send(200, { body: audio.description });
    });
    const call: CitizenCall = {
      audio,
      invitedAtMs,
      sipCallId: dialog.sip.callId,
      ended,
      sendInfoDigit: async (digit) => {
        const headers = { "Content-Type": "application/dtmf-relay" };
        const body = `Signal=${digit}\r\nDuration=160\r\n`;
        await dialog.request({ method: "INFO", headers, body } as unknown as Srf.SrfRequest);
      },
      offerFax: async () => {
        const headers = { "Content-Type": "application/sdp" };
        const request = { method: "INVITE", headers, body: audio.faxDescription };
        const answer = await dialog.request(request as unknown as Srf.SrfRequest);
        return answer.status;
      },
      hangUp: async () => {
        if (!isUp) return;
        isUp = false;
        await new Promise<void>((resolve) => {
          dialog.destroy({ headers: {} }, () => resolve());
        });
        endedBy("citizen");
      },
    };
    return call;
  }
}

/** The control protocol says the time of day, `HH:MM:SS.uuuuuu` in UTC; midnight may lie between that and now. */
function epochMsOf(timeOfDay: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = timeOfDay.split(":").map(Number);
  const dayMs = 86_400_000;
  const nowMs = performance.timeOrigin + performance.now();
  const atMs = Math.floor(nowMs / dayMs) * dayMs + (hours * 3_600 + minutes * 60 + seconds) * 1_000;
  return atMs > nowMs + dayMs / 2 ? atMs - dayMs : atMs;
}
