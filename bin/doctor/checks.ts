/** `la2 doctor`: what this machine offers an office, each finding with what to do about it. A finding never throws; what cannot be found out is said so. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { accessSync, constants, readFileSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import { describeTrouble, type NeededPort, whyNotFree } from "../playground/free-ports.ts";

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

/** Whether a program could listen there. */
export async function checkPort(needed: NeededPort): Promise<Finding> {
  const code = await whyNotFree(needed);
  const place = `${needed.transport.toUpperCase()} ${needed.host}:${needed.port}`;
  return code === null
    ? ok(needed.purpose, `${place} is free`)
    : problem(needed.purpose, describeTrouble(needed, code));
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

/** Programs of the operating system; the playground runs without any of them. */
export function checkPrograms(found: {
  kamailio: string | null;
  chromium: string | null;
  rtpengine: string | null;
}): Finding[] {
  const programs = [
    { name: "rtpengine", path: found.rtpengine, use: "the audio of a busy office: apt install rtpengine-daemon" },
    { name: "Kamailio", path: found.kamailio, use: "the SIP proxy between offices: apt install kamailio" },
    { name: "Chromium", path: found.chromium, use: "npm run demo: apt install chromium" },
  ];
  return programs.map(({ name, path, use }) =>
    path === null ? advice(name, `not installed; needed for ${use}`) : ok(name, path),
  );
}

/** The addresses 127.0.0.10 and on: Linux has them all, other systems only 127.0.0.1. */
export async function checkLoopback(address: string): Promise<Finding> {
  const code = await whyNotFree({ transport: "tcp", host: address, port: 0, purpose: "" });
  return code === null
    ? ok("Loopback addresses", `${address} can be used`)
    : problem(
        "Loopback addresses",
        `${address} cannot be used (${code}); on macOS: sudo ifconfig lo0 alias ${address}`,
      );
}

/** The pages of the softphone, which the box serves. */
export function checkPage(state: string): Finding {
  return state === "built"
    ? ok("Softphone's page", "built")
    : advice("Softphone's page", `${state}; la2 start builds it, or: npm run build`);
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
