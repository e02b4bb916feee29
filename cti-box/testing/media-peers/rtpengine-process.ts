/** An rtpengine of the test's own: started as a child on free ports, ended with SIGTERM. Userspace only, so it needs neither kernel module nor privileges. */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

const START_DEADLINE_MS = 10_000;

export type RtpengineProcess = {
  ngHost: string;
  ngPort: number;
  /** Where it reports key presses; listen there before calls begin. */
  dtmfLogPort: number;
  process: ChildProcess;
  /** Its log so far, for a failing test's message. */
  output(): string;
  close(): Promise<void>;
  /** Without a chance to say goodbye (SIGKILL). */
  kill(): Promise<void>;
};

/** Whether the Debian package rtpengine-daemon is here. */
export function hasRtpengine(): boolean {
  return spawnSync("rtpengine", ["--version"], { stdio: "ignore" }).error === undefined;
}

/** `port`: that of an earlier one, to come back in its place. `ports`: how many it may open for audio. */
export async function startRtpengine({
  address = "127.0.0.1",
  debug = false,
  port = null,
  ports = 1_000,
}: { address?: string; debug?: boolean; port?: number | null; ports?: number } = {}): Promise<RtpengineProcess> {
  const ngPort = port ?? (await freePort(address));
  const dtmfLogPort = await freePort(address);
  // A random thousand of ports: several test files run their own rtpengine at the same time.
  const portMin = 20_000 + 2 * Math.floor(Math.random() * 10_000);
  const child = spawn(
    "rtpengine",
    [
      // Nothing of the system's own rtpengine: its configuration names ports that two could not share.
      "--config-file=none",
      "--foreground",
      "--log-stderr",
      "--table=-1",
      `--interface=${address}`,
      `--listen-ng=${address}:${ngPort}`,
      `--port-min=${portMin}`,
      `--port-max=${portMin + ports - 1}`,
      "--delete-delay=0",
      `--dtmf-log-dest=${address}:${dtmfLogPort}`,
      `--log-level=${debug ? 7 : 5}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(debug ? -2_000_000 : -20_000);
  });
  const rtpengine: RtpengineProcess = {
    ngHost: address,
    ngPort,
    dtmfLogPort,
    process: child,
    output: () => log,
    close: () => end(child),
    kill: () => kill(child),
  };
  await answersPing(rtpengine);
  return rtpengine;
}

async function answersPing(rtpengine: RtpengineProcess): Promise<void> {
  const { ngHost, ngPort, process } = rtpengine;
  const socket = createSocket("udp4");
  const answered = once(socket, "message").then(() => true);
  const deadline = performance.now() + START_DEADLINE_MS;
  try {
    for (;;) {
      if (process.exitCode !== null) throw new Error(`rtpengine ended:\n${rtpengine.output()}`);
      if (performance.now() > deadline) throw new Error(`rtpengine did not answer:\n${rtpengine.output()}`);
      socket.send("start d7:command4:pinge", ngPort, ngHost, () => {});
      if (await Promise.race([answered, delay(50, false)])) return;
    }
  } catch (error) {
    await rtpengine.close();
    throw error;
  } finally {
    socket.close();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const forced = setTimeout(() => child.kill("SIGKILL"), 3000);
  await gone;
  clearTimeout(forced);
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

async function freePort(address: string): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind({ address, port: 0 });
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(() => done()));
  return port;
}
