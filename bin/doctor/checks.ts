/** `la2 doctor`: what this machine offers an office, each finding with what to do about it. A finding never throws; what cannot be found out is said so. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { X509Certificate } from "node:crypto";

export type Finding = { check: string; verdict: "ok" | "advice" | "problem"; words: string };

const ok = (check: string, words: string): Finding => ({ check, verdict: "ok", words });
const advice = (check: string, words: string): Finding => ({ check, verdict: "advice", words });
const problem = (check: string, words: string): Finding => ({ check, verdict: "problem", words });

/** Node's version: the programs need type stripping (22.18 or 24). */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const isNew = major > 22 || (major === 22 && minor >= 18);
  return isNew
    ? ok("Node", version)
    : problem(
        "Node",
        `${version} cannot run TypeScript. Run through npm (npm start), which uses the Node 24 that npm ci brought along.`,
      );
}

function reasonOf(error: unknown, place: string): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE")
    return `${place} is in use by another program. Stop it (ss -lntup shows which) or choose another port in the configuration.`;
  if (code === "EACCES")
    return `${place} needs a permission: ports under 1024 are for root. Use a higher port or give the program CAP_NET_BIND_SERVICE.`;
  if (code === "EADDRNOTAVAIL")
    return `${place}: this machine does not have that address. Check the address in the configuration (ip address shows the ones it has).`;
  return `${place} cannot be opened: ${String(error)}`;
}

/** Whether a program could listen there. */
export async function checkTcpPort(name: string, host: string, port: number): Promise<Finding> {
  const place = `TCP ${host}:${port}`;
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return ok(name, `${place} is free`);
  } catch (error) {
    return problem(name, reasonOf(error, place));
  } finally {
    server.close();
  }
}

export async function checkUdpPort(name: string, host: string, port: number): Promise<Finding> {
  const place = `UDP ${host}:${port}`;
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    socket.bind(port, host);
    await once(socket, "listening");
    return ok(name, `${place} is free`);
  } catch (error) {
    return problem(name, reasonOf(error, place));
  } finally {
    socket.close();
  }
}

/** Asks rtpengine for a sign of life over its ng protocol: a bencoded ping, answered with pong. */
export async function checkRtpengine(host: string, port: number): Promise<Finding> {
  const place = `rtpengine at ${host}:${port}`;
  const socket = createSocket("udp4");
  try {
    const answer = once(socket, "message", { signal: AbortSignal.timeout(2_000) }) as Promise<[Buffer]>;
    socket.send("la2doctor d7:command4:pinge", port, host);
    const [packet] = await answer;
    return packet.toString("latin1").includes("pong")
      ? ok("Media server", `${place} answers`)
      : problem("Media server", `${place} answered something else: is that its ng port (listen-ng)?`);
  } catch {
    return problem(
      "Media server",
      `${place} does not answer within 2 seconds. Is it running, with listen-ng on that address?`,
    );
  } finally {
    socket.close();
  }
}

/** Debian programs that a real office or the demo uses; each is optional for the playground. */
export function checkPrograms(find: (path: string) => boolean = existsSync): Finding[] {
  const programs = [
    {
      path: "/usr/bin/rtpengine",
      name: "rtpengine",
      use: "media of a real office (tens of calls and more): apt install rtpengine-daemon",
    },
    { path: "/usr/sbin/kamailio", name: "Kamailio", use: "the proxy between offices: apt install kamailio" },
    { path: "/usr/bin/chromium", name: "Chromium", use: "the demo's softphones: apt install chromium" },
    { path: "/usr/bin/espeak-ng", name: "espeak-ng", use: "a spoken citizen instead of a tone: apt install espeak-ng" },
  ];
  return programs.map(({ path, name, use }) =>
    find(path) ? ok(name, path) : advice(name, `not installed. Only needed for ${use}`),
  );
}

/**
 * Browsers give a page the microphone only over https or from this same machine (localhost, 127.0.0.0/8): secure contexts.
 */
export function checkMicrophoneRule(publicUrl: string): Finding {
  const url = new URL(publicUrl);
  const isLocal = url.hostname === "localhost" || url.hostname.startsWith("127.") || url.hostname === "[::1]";
  if (url.protocol === "https:") return ok("Microphone", `${publicUrl}: https, browsers allow it`);
  return isLocal
    ? ok("Microphone", `${publicUrl}: plain http is allowed on this same machine`)
    : problem(
        "Microphone",
        `${publicUrl}: over plain http browsers refuse the microphone, so operators could not talk. Give the api a certificate (api.tls) or put an https proxy in front.`,
      );
}

/** A certificate file: readable, of this name, not about to expire. */
export function checkCertificate(certFile: string, hostname: string, now: number): Finding {
  try {
    accessSync(certFile, constants.R_OK);
    const certificate = new X509Certificate(readFileSync(certFile));
    const daysLeft = Math.floor((certificate.validToDate.getTime() - now) / 86_400_000);
    if (daysLeft < 0) return problem("Certificate", `${certFile} expired on ${certificate.validTo}`);
    if (certificate.checkHost(hostname) === undefined)
      return problem("Certificate", `${certFile} is not for ${hostname}`);
    return daysLeft < 21
      ? advice("Certificate", `${certFile} expires in ${daysLeft} days`)
      : ok("Certificate", `${certFile}: ${daysLeft} days left`);
  } catch (error) {
    return problem("Certificate", `${certFile} cannot be used: ${(error as Error).message}`);
  }
}
