/**
 * Keeps one registration alive over a connection that may be lost.
 *   connecting ─connect─▶ registering ─200─▶ registered ─expiry / lost─▶ waiting ─pause─▶ connecting …
 */
import { Registerer, RegistererState, RequestPendingError, UserAgentState } from "sip.js";
import type { UserAgent } from "sip.js";
import type { LinkState } from "../../domain/session/session.ts";

/** A box that was killed is back within a few seconds: as long as that is likely it is asked often. */
const pausesMs = [300, 500, 1_000, 1_000, 1_500, 2_000, 4_000, 8_000, 15_000];
const expiresSeconds = 120;

type Phase = "connecting" | "registering" | "registered" | "waiting" | "closed";

export class KeptRegistration {
  private readonly agent: UserAgent;
  private readonly tell: (state: LinkState) => void;
  private registerer: Registerer;
  private phase: Phase = "connecting";
  private attempt = 0;
  private pause: ReturnType<typeof setTimeout> | null = null;
  private readonly onOnline = (): void => this.retryNow();
  private readonly onState = (state: RegistererState): void => this.registererChanged(state);

  constructor(agent: UserAgent, tell: (state: LinkState) => void) {
    this.agent = agent;
    this.tell = tell;
    this.registerer = this.makeRegisterer();
    window.addEventListener("online", this.onOnline);
  }

  start(): void {
    this.tell("connecting");
    this.agent.start().catch(() => this.wait());
  }

  /** The WebSocket is open (again). */
  connected(): void {
    if (this.phase === "closed") return;
    this.register();
  }

  disconnected(): void {
    this.wait();
  }

  close(): void {
    if (this.phase === "closed") return;
    this.phase = "closed";
    window.removeEventListener("online", this.onOnline);
    if (this.pause !== null) clearTimeout(this.pause);
    this.pause = null;
    // Unregisters, hangs up and closes the socket, each as far as it still can.
    this.agent.stop().catch(() => undefined);
  }

  private register(): void {
    this.phase = "registering";
    this.registerer
      .register({
        requestDelegate: {
          // sip.js tells a change of state only, and for it nothing changes where the connection was lost and an earlier registration has not expired.
          onAccept: () => this.registererChanged(this.registerer.state),
          onReject: () => this.wait(),
        },
      })
      .catch((error: unknown) => {
        if (!(error instanceof RequestPendingError)) return this.wait();
        this.startAnew();
      });
  }

  /** The answer to the last REGISTER got lost with its connection: sip.js would wait for it until timer F fires (32 s, RFC 3261 §17.1.2.2), and a new binding need not. */
  private startAnew(): void {
    if (this.phase !== "registering") return;
    this.registerer.stateChange.removeListener(this.onState);
    void this.registerer.dispose();
    this.registerer = this.makeRegisterer();
    this.register();
  }

  private makeRegisterer(): Registerer {
    const registerer = new Registerer(this.agent, { expires: expiresSeconds, refreshFrequency: 75 });
    registerer.stateChange.addListener(this.onState);
    return registerer;
  }

  private registererChanged(state: RegistererState): void {
    if (this.phase === "closed") return;
    if (state === RegistererState.Registered && this.phase !== "registered") {
      this.phase = "registered";
      this.attempt = 0;
      this.tell("connected");
    } else if (state === RegistererState.Unregistered && this.phase === "registered") {
      this.wait();
    }
  }

  private wait(): void {
    if (this.phase === "closed" || this.phase === "waiting") return;
    this.phase = "waiting";
    this.tell("lost");
    const pauseMs = pausesMs[Math.min(this.attempt, pausesMs.length - 1)] ?? 15_000;
    this.attempt += 1;
    this.pause = setTimeout(() => this.retryNow(), pauseMs * (0.75 + Math.random() / 2));
  }

  private retryNow(): void {
    if (this.phase !== "waiting") return;
    if (this.pause !== null) clearTimeout(this.pause);
    this.pause = null;
    if (this.agent.isConnected()) return this.register();
    this.phase = "connecting";
    const opening = this.agent.state === UserAgentState.Started ? this.agent.reconnect() : this.agent.start();
    opening.catch(() => this.wait());
  }
}
