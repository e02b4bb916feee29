/**
 * A WebSocket that keeps itself open: hello first, a new attempt with growing pauses when it is lost, an end only by `close`.
 *   connecting ─first frame─▶ connected ─closed / silent─▶ lost ─pause─▶ connecting …
 */
import type { LinkState } from "../../domain/session/session.ts";

export type LastingSocketOptions = {
  path: string;
  hello: string;
  link(state: LinkState): void;
  /** One text frame; returns the answer to send at once, or null. `stop` ends the socket for good. */
  frame(text: string): { reply: string | null; stop: boolean };
};

const pausesMs = [300, 500, 1_000, 1_000, 1_500, 2_000, 4_000, 8_000, 15_000];
/** The box pings more often than this; a line that is silent for longer is dead although the browser thinks it is open. */
const silenceMs = 45_000;

export class LastingSocket {
  private readonly options: LastingSocketOptions;
  private socket: WebSocket | null = null;
  private attempt = 0;
  private pause: ReturnType<typeof setTimeout> | null = null;
  private silence: ReturnType<typeof setTimeout> | null = null;
  private readonly onOnline = (): void => this.retryNow();

  constructor(options: LastingSocketOptions) {
    this.options = options;
    window.addEventListener("online", this.onOnline);
    options.link("connecting");
    this.open();
  }

  /** False: the line is away. */
  send(text: string): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(text);
    return true;
  }

  close(): void {
    window.removeEventListener("online", this.onOnline);
    if (this.pause !== null) clearTimeout(this.pause);
    this.pause = null;
    this.dropSocket();
  }

  private open(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.options.path}`);
    this.socket = socket;
    this.listenForSilence();
    socket.addEventListener("open", () => socket.send(this.options.hello));
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (socket === this.socket && typeof event.data === "string") this.read(socket, event.data);
    });
    socket.addEventListener("close", () => {
      if (socket === this.socket) this.lost();
    });
  }

  private read(socket: WebSocket, text: string): void {
    if (this.attempt !== 0) this.attempt = 0;
    this.listenForSilence();
    const { reply, stop } = this.options.frame(text);
    if (stop) return this.close();
    if (reply !== null && socket.readyState === WebSocket.OPEN) socket.send(reply);
  }

  private lost(): void {
    this.dropSocket();
    this.options.link("lost");
    const pauseMs = pausesMs[Math.min(this.attempt, pausesMs.length - 1)] ?? 15_000;
    this.attempt += 1;
    this.pause = setTimeout(() => this.retryNow(), pauseMs * (0.75 + Math.random() / 2));
  }

  private retryNow(): void {
    if (this.pause === null) return;
    clearTimeout(this.pause);
    this.pause = null;
    this.open();
  }

  private listenForSilence(): void {
    if (this.silence !== null) clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), silenceMs);
  }

  private dropSocket(): void {
    if (this.silence !== null) clearTimeout(this.silence);
    this.silence = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
