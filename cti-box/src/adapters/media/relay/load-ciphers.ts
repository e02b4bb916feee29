/**
 * The parts of the relay that need werift, a fifth of a second of loading: a box with rtpengine, whose relay only mixes plain RTP, is back that much sooner after a
 * kill. A box whose relay carries the calls loads them at its start, so that no first call waits for them.
 */
export const loadWebrtc = (): Promise<typeof import("./webrtc-transport.ts")> => import("./webrtc-transport.ts");
export const loadSrtp = (): Promise<typeof import("./srtp-path.ts")> => import("./srtp-path.ts");

export async function loadCiphers(): Promise<void> {
  await Promise.all([loadWebrtc(), loadSrtp()]);
}
