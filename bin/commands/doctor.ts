/** `la2 doctor`: looks at this machine for the playground, or for the office of a configuration file, and says in plain words what is missing. */
import { isSecureContact, uriOf } from "../../cti-box/src/sip-contacts.ts";
import { findKamailio } from "../../sip-proxy-config/src/find-kamailio.ts";
import { findChromium } from "../demo/find-chromium.ts";
import {
  checkCertificate,
  checkLoopback,
  checkMicrophoneRule,
  checkNode,
  checkPage,
  checkPort,
  checkPrograms,
  checkRtpengine,
  type Finding,
} from "../doctor/checks.ts";
import { InvalidOfficeFile, type OfficeFile, readOfficeFile } from "../office/read-office-file.ts";
import { playgroundDirectory } from "../playground/folders.ts";
import { type NeededPort, neededPorts } from "../playground/free-ports.ts";
import { planPlayground } from "../playground/plan.ts";
import { findEarlierRun } from "../playground/run-record.ts";
import { pageState } from "../playground/softphone-page.ts";
import { findProgram } from "../programs/find-program.ts";
import { say } from "./words.ts";

const signs = { ok: "ok      ", advice: "advice  ", problem: "PROBLEM " } as const;

/** Returns the exit code: 0 nothing needed is missing, 1 something is, 2 the configuration has problems. */
export async function doctor(options: { port: number; config?: string }): Promise<number> {
  let findings: Finding[];
  try {
    findings = [
      ...machine(),
      ...(options.config === undefined ? await playground(options.port) : await office(options.config)),
    ];
  } catch (error) {
    if (!(error instanceof InvalidOfficeFile)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  for (const { verdict, check, words } of findings) say(`${signs[verdict]}${check}: ${words}`);
  const problems = findings.filter(({ verdict }) => verdict === "problem").length;
  say(problems === 0 ? "\nNothing that is needed is missing." : `\n${problems} to put right.`);
  return problems === 0 ? 0 : 1;
}

function machine(): Finding[] {
  return [
    checkNode(process.version),
    checkPage(pageState()),
    ...checkPrograms({
      kamailio: findKamailio(),
      chromium: findChromium(),
      rtpengine: findProgram(["rtpengine"], ["/usr/sbin", "/usr/local/bin"]),
    }),
  ];
}

async function playground(basePort: number): Promise<Finding[]> {
  const directory = playgroundDirectory(basePort);
  const plan = planPlayground({ directory, basePort, secretOf: () => "" });
  const earlier = findEarlierRun(directory);
  const running: Finding = { check: "Playground", verdict: "ok", words: "it runs now, so its ports are not looked at" };
  const left: Finding = {
    check: "Playground",
    verdict: "problem",
    words: "an earlier run was half stopped: npm run la2 -- stop",
  };
  const ports = async (): Promise<Finding[]> => Promise.all(neededPorts(plan, findKamailio() !== null).map(checkPort));
  const rtpengine = /^([^:]+):(\d+)$/.exec(process.env["LA2_RTPENGINE"] ?? "");
  return [
    await checkLoopback(plan.carrierAddress),
    ...(earlier.kind === "none" ? await ports() : [earlier.kind === "running" ? running : left]),
    ...(rtpengine === null ? [] : [await checkRtpengine(rtpengine[1] ?? "", Number(rtpengine[2]))]),
    checkMicrophoneRule(`http://127.0.0.1:${basePort}`),
  ];
}

async function office(configFile: string): Promise<Finding[]> {
  // Looking changes nothing: no secret is made for a file that is only read.
  const file = readOfficeFile(configFile, process.env, () => "x".repeat(32));
  const { api, media, sip } = file.box;
  const publicUrl =
    api.publicUrl ?? `${api.tls === undefined ? "http" : "https"}://${api.listen.host}:${api.listen.port}`;
  return [
    ...(await Promise.all(portsOf(file).map(checkPort))),
    ...(media.kind === "rtpengine"
      ? await Promise.all([media, ...media.others].map(({ ngHost, ngPort }) => checkRtpengine(ngHost, ngPort)))
      : []),
    ...(api.tls === undefined ? [] : [checkCertificate(api.tls.certFile, new URL(publicUrl).hostname, Date.now())]),
    ...sipCertificates(sip),
    checkMicrophoneRule(publicUrl),
  ];
}

/** Peers look for the name that they were given: each name of a secure contact has to be in its certificate. */
function sipCertificates({ tls, contacts }: OfficeFile["box"]["sip"]): Finding[] {
  if (tls === undefined) return [];
  return contacts.flatMap((contact) =>
    typeof contact === "object" && isSecureContact(contact.uri)
      ? contact.names.map((name) => checkCertificate(tls.certFile, name, Date.now()))
      : [],
  );
}

function portsOf({ box, bridge }: OfficeFile): NeededPort[] {
  const sip = box.sip.contacts.flatMap((contact): NeededPort[] => {
    const uri = uriOf(contact);
    const isSecure = isSecureContact(uri);
    const [, host = "", port = isSecure ? "5061" : "5060"] = /^sips?:(\[[^\]]+\]|[^:;]+)(?::(\d+))?/.exec(uri) ?? [];
    const transports = /transport=([a-z,]+)/.exec(uri)?.[1]?.split(",") ?? [isSecure ? "tls" : "udp"];
    const place = { host: host.replace(/^\[|\]$/g, ""), port: Number(port), purpose: `SIP (${transports.join(", ")})` };
    return transports.map((name) => ({ ...place, transport: name === "udp" ? "udp" : "tcp" }));
  });
  const tcp = ({ host, port }: { host: string; port: number }, purpose: string): NeededPort => ({
    transport: "tcp",
    host,
    port,
    purpose,
  });
  return [
    ...sip,
    tcp(box.api.listen, "softphone and API"),
    ...(bridge === null ? [] : [tcp(bridge.listen, "tickets")]),
  ];
}
