/** Requests to rtpengine with its refusals told as the media port's own reasons. */
import { MediaRefused } from "../media-refused.ts";
import { NgUnreachable } from "./ng-client.ts";
import type { NgClient, NgCommand, NgReply } from "./ng-client.ts";

export class NgRequests {
  private readonly client: NgClient;

  constructor(client: NgClient) {
    this.client = client;
  }

  /** @throws MediaRefused for no answer and for any answer that is an error */
  async send(command: NgCommand, deadlineMs?: number): Promise<NgReply> {
    const reply = await this.client.request(command, deadlineMs).catch((error: unknown) => {
      if (error instanceof NgUnreachable) throw new MediaRefused("media-server-down", error.message);
      throw new MediaRefused("media-server-refused", String(error));
    });
    if (reply.result === "error") throw refusal(command.command, reply["error-reason"] ?? "no reason given");
    return reply;
  }

  /** The box's own address towards rtpengine. */
  get localAddress(): string {
    return this.client.localAddress;
  }

  get isClosed(): boolean {
    return this.client.isClosed;
  }

  /** Requests under way are told as not answered. */
  abandon(): void {
    this.client.abandon("rtpengine does not answer");
  }

  /** For commands answered with a session description. @throws MediaRefused */
  async describe(command: NgCommand): Promise<string> {
    const { sdp } = await this.send(command);
    if (typeof sdp !== "string") throw new MediaRefused("media-server-refused", `${command.command}: no description`);
    return sdp;
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}

function refusal(command: string, reason: string): MediaRefused {
  const detail = `${command}: ${reason}`;
  if (/unknown call-id/i.test(reason)) return new MediaRefused("unknown-leg", detail);
  return new MediaRefused(/\bports?\b|load/i.test(reason) ? "capacity" : "media-server-refused", detail);
}
