/**
 * A real Request Tracker 5 from its Debian package, on loopback, with a database and settings of its own in a temporary folder: nothing of the
 * package's own installation is written, and it runs as any user.
 *   database (rt-setup-database init) ─▶ seed (insert) ─▶ starman, one worker ─answers REST 2.0─▶ running ─close─▶ ended, folder removed
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "../../crm-bridge/testing/free-port.ts";
import { bridgeUser, phoneCustomField, queueName, seedText, settingsText } from "./request-tracker-seed.ts";

const setupProgram = "/usr/sbin/rt-setup-database-5";
const serverProgram = "/usr/share/request-tracker5/libexec/rt-server";
const starman = "/usr/bin/starman";
const startDeadlineMs = 30_000;
const run = promisify(execFile);

/** Null where everything is there; otherwise what to install. */
export function requestTrackerMissing(): string | null {
  const missing = [setupProgram, serverProgram, starman].filter((file) => !existsSync(file));
  return missing.length === 0
    ? null
    : `Request Tracker is not installed (no ${missing.join(", ")}): apt-get install --no-install-recommends request-tracker5 rt5-db-sqlite rt5-standalone starman`;
}

export type RequestTracker = {
  url: string;
  queue: string;
  phoneField: string;
  /** Token of the account that a bridge uses, with no more rights than the administrators' page asks for. */
  token: string;
  user: typeof bridgeUser;
  tookMs: { database: number; start: number };
  /** REST 2.0 as RT's own administrator: what people of the office would see and do. */
  asAdministrator<T>(method: "GET" | "POST" | "PUT", path: string, body?: object): Promise<T>;
  log(): string;
  /** Stops answering without closing connections, until {@link RequestTracker.resume}. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
};

/** Rejects with RT's own words when it does not come up; nothing is left behind then. */
export async function startRequestTracker(): Promise<RequestTracker> {
  const folder = mkdtempSync(join(tmpdir(), "la2-rt-"));
  try {
    return await startIn(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string): Promise<RequestTracker> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = join(folder, "RT_SiteConfig.pm");
  const more = join(folder, "RT_SiteConfig.d");
  const tokenFile = join(folder, "token");
  const seed = join(folder, "seed.initialdata");
  for (const part of [more, join(folder, "mason"), join(folder, "sessions")]) mkdirSync(part);
  writeFileSync(settings, settingsText({ folder, port }));
  writeFileSync(seed, seedText());
  const env = {
    ...process.env,
    PATH: `/usr/sbin:/usr/bin:/sbin:/bin`,
    RT_SITE_CONFIG: settings,
    RT_SITE_CONFIG_DIR: more,
    LA2_TOKEN_FILE: tokenFile,
  };
  const beganMs = Date.now();
  await run(setupProgram, ["--action", "init", "--skip-create"], { env });
  await run(setupProgram, ["--action", "insert", "--skip-create", "--datafile", seed], { env });
  const seededMs = Date.now();
  const token = readFileSync(tokenFile, "utf8").trim();
  const server = await startServer({ port, url, env, token });
  return {
    url,
    queue: queueName,
    phoneField: phoneCustomField,
    token,
    user: bridgeUser,
    tookMs: { database: seededMs - beganMs, start: Date.now() - seededMs },
    asAdministrator: (method, path, body) => asAdministrator(url, { method, path, body }),
    log: () => server.log(),
    pause: () => server.signal("SIGSTOP"),
    resume: () => server.signal("SIGCONT"),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Server = { log(): string; signal(name: NodeJS.Signals): void; close(): Promise<void> };

async function startServer(order: {
  port: number;
  url: string;
  env: NodeJS.ProcessEnv;
  token: string;
}): Promise<Server> {
  let log = "";
  // One worker would wait for the next request on an idle connection while another connection waits for it.
  // A group of its own: starman's worker has to go, or to pause, with its master.
  const child = spawn(
    starman,
    ["--listen", `127.0.0.1:${order.port}`, "--workers", "1", "--disable-keepalive", serverProgram],
    {
      env: order.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    },
  );
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes: Buffer) => {
      log = (log + bytes.toString("utf8")).slice(-20_000);
    });
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && isRunning(child)) process.kill(-child.pid, name);
  };
  const close = async (): Promise<void> => {
    if (!isRunning(child)) return;
    const gone = once(child, "exit");
    signal("SIGCONT");
    signal("SIGTERM");
    const force = setTimeout(() => signal("SIGKILL"), 5_000);
    await gone;
    clearTimeout(force);
  };
  const endMs = Date.now() + startDeadlineMs;
  while (isRunning(child) && Date.now() < endMs) {
    if (await answers(order.url, order.token)) return { log: () => log, signal, close };
    await delay(50);
  }
  await close();
  throw new Error(`Request Tracker did not start: ${log.slice(-1_500)}`);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function answers(url: string, token: string): Promise<boolean> {
  try {
    const headers = { authorization: `token ${token}` };
    const response = await fetch(`${url}/REST/2.0/rt`, { headers, signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function asAdministrator<T>(
  url: string,
  { method, path, body }: { method: string; path: string; body: object | undefined },
): Promise<T> {
  const response = await fetch(`${url}/REST/2.0${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from("root:password").toString("base64")}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`RT ${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}
