/** Options of the capture, checked with the engine's others. */

export type CaptureOptions = {
  /** Capture server: address or name, and port. */
  host: string;
  port: number;
  /** How it is reached (default `udp`). Over TCP nothing is lost on the way but what comes while it is away. */
  transport?: "udp" | "tcp" | undefined;
  /** Number of this engine among those that the server hears (0 to 4294967295, default 2001). */
  captureId?: number | undefined;
  /** What the server asks for before it believes us. */
  authKey?: string | undefined;
  /** Name of this engine among those that the server hears. */
  nodeName?: string | undefined;
  /** Digest answers, passwords, media keys, key presses and text messages (default `masked`). Telephone numbers are always sent: calls are found by them. */
  secrets?: "masked" | "sent" | undefined;
};

const largestId = 0xffff_ffff;
const longestText = 255;

/** What is wrong with them, in words for people. */
export function problemsOfCapture(options: CaptureOptions | undefined): string[] {
  if (options === undefined) return [];
  const problems: string[] = [];
  const { host, port, captureId = 0, authKey, nodeName } = options;
  if (host === "" || /[\s/]/.test(host)) problems.push(`capture: "${host}" is not an address or a name`);
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535))
    problems.push(`capture: port ${port} is not between 1 and 65535`);
  if (!(Number.isInteger(captureId) && captureId >= 0 && captureId <= largestId))
    problems.push(`capture-id: ${captureId} is not between 0 and ${largestId}`);
  for (const [name, text] of Object.entries({ "capture-key": authKey, "capture-node": nodeName })) {
    if (text === "" || Buffer.byteLength(text ?? "") > longestText)
      problems.push(`${name}: has to be 1 to ${longestText} bytes long`);
  }
  return problems;
}
