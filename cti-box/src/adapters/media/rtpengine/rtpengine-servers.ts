/**
 * The rtpengines of the configuration, in its order. Each is asked for a sign of life every second; a call is set up on the first one that answers, and stays there.
 *
 *   answers ─no sign of life─▶ lost ─a sign of life─▶ answers
 */
import type { Log } from "../../../application/ports.ts";
import { MediaRefused } from "../media-refused.ts";
import { NgClient } from "./ng-client.ts";
import { NgRequests } from "./ng-requests.ts";

export type RtpengineAddress = {
  ngHost: string;
  ngPort: number;
  /** Written into descriptions in place of rtpengine's own address, where it stands behind a 1:1 NAT. */
  advertisedAddress?: string | undefined;
};

export type RtpengineServer = {
  /** `host:port` of the configuration. */
  readonly name: string;
  readonly ng: NgRequests;
  readonly advertisedAddress: string | null;
  state: "answers" | "lost";
};

const ASK_EVERY_MS = 1_000;
/** Asked twice, for the box itself may have been too busy to read the first answer in time. */
const ANSWER_WITHIN_MS = 1_000;

export class RtpengineServers {
  readonly all: readonly RtpengineServer[];
  private readonly first: RtpengineServer;
  private readonly log: Log;
  private readonly asking: NodeJS.Timeout;
  private readonly hasSubstitute: boolean;
  private readonly listeners = new Set<() => void>();

  /** Opens even if none answers yet. `hasSubstitute`: somebody else takes the calls when none answers. @throws Error if a local address cannot be opened */
  static async open(
    addresses: readonly [RtpengineAddress, ...RtpengineAddress[]],
    { log, hasSubstitute }: { log: Log; hasSubstitute: boolean },
  ): Promise<RtpengineServers> {
    const [first, ...others] = addresses;
    const opened = [await open(first)] as [RtpengineServer, ...RtpengineServer[]];
    try {
      for (const address of others) opened.push(await open(address));
    } catch (error) {
      for (const { ng } of opened) await ng.close();
      throw error;
    }
    return new RtpengineServers(opened, { log, hasSubstitute });
  }

  private constructor(
    servers: readonly [RtpengineServer, ...RtpengineServer[]],
    { log, hasSubstitute }: { log: Log; hasSubstitute: boolean },
  ) {
    this.hasSubstitute = hasSubstitute;
    this.all = servers;
    [this.first] = servers;
    this.log = log;
    this.asking = setInterval(() => void this.ask(), ASK_EVERY_MS);
    void this.ask();
  }

  /** Adds a listener, told when one is lost or answers again. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  get standing(): "answers" | "lost" {
    return this.choose().state;
  }

  /** The same, asked once more: of servers that are lost together the last one is found out a moment after the first. */
  async sureStanding(): Promise<"answers" | "lost"> {
    for (const server of this.all) {
      if (server.state === "answers") await this.askOne(server);
      if (server.state === "answers") return "answers";
    }
    return "lost";
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  /** For a new call. None answers: the first, whose refusal then tells why. */
  choose(): RtpengineServer {
    return this.all.find(({ state }) => state === "answers") ?? this.first;
  }

  /** The one of that name; one that the configuration has no more is as good as lost, and the first one will say that it knows nothing. */
  named(name: string): RtpengineServer {
    return this.all.find((server) => server.name === name) ?? this.first;
  }

  /** The box's own address towards them; where some are on this machine and some are not, the one that all of them reach. */
  get localAddress(): string {
    const towards = this.all.map(({ ng }) => ng.localAddress);
    return towards.find((address) => !address.startsWith("127.")) ?? this.first.ng.localAddress;
  }

  /** Asks all of them now. */
  async ask(): Promise<void> {
    await Promise.all(this.all.map((server) => this.askOne(server)));
  }

  async close(): Promise<void> {
    clearInterval(this.asking);
    await Promise.all(this.all.map(({ ng }) => ng.close()));
  }

  private lose(server: RtpengineServer): void {
    if (server.state === "lost") return;
    server.state = "lost";
    this.log.error({ rtpengine: server.name, others: this.all.length - 1 }, "an rtpengine does not answer any more");
    // What waits for its answers can be had from another one.
    if (this.all.length > 1 || this.hasSubstitute) server.ng.abandon();
    this.changed();
  }

  private async askOne(server: RtpengineServer): Promise<void> {
    const ping = () => server.ng.send({ command: "ping" }, ANSWER_WITHIN_MS);
    try {
      await ping().catch(ping);
      if (server.state === "answers") return;
      server.state = "answers";
      this.log.info({ rtpengine: server.name }, "an rtpengine answers again");
      this.changed();
    } catch (error) {
      if (isUnanswered(error) && !server.ng.isClosed) this.lose(server);
    }
  }
}

export function isUnanswered(error: unknown): boolean {
  return error instanceof MediaRefused && error.reason === "media-server-down";
}

async function open({ ngHost, ngPort, advertisedAddress }: RtpengineAddress): Promise<RtpengineServer> {
  const ng = new NgRequests(await NgClient.open({ host: ngHost, port: ngPort }));
  return { name: `${ngHost}:${ngPort}`, ng, advertisedAddress: advertisedAddress ?? null, state: "answers" };
}
