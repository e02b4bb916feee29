/**
 * The parts of the relay that need werift, a fifth of a second of loading. A box is up without them, and back that much sooner after a kill; soon afterwards they are loaded
 * so that no call waits for them.
 */
export const loadWebrtc = (): Promise<typeof import("./webrtc-transport.ts")> => import("./webrtc-transport.ts");
export const loadSrtp = (): Promise<typeof import("./srtp-path.ts")> => import("./srtp-path.ts");

const soonMs = 10_000;

/** Where the relay carries calls, or may have to. A call that comes sooner loads what it needs. */
export function loadCiphersSoon(): void {
  setTimeout(() => void Promise.all([loadWebrtc(), loadSrtp()]), soonMs).unref();
}
