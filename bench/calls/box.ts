/** The box under measurement: the whole program of an office with its journal, media relay and API, a carrier, and as many operators at desk telephones as the calls need. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startRtpengine } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { Child } from "../child.ts";
import { callee, caller, startCallee, startLoad } from "../sip/load.ts";
import { ports, type Cores } from "../sip/servers.ts";
import { readEvents, type EventReader } from "./event-reader.ts";

export const publicNumber = "+390695550100";
const address = "127.0.0.1";
const apiPort = 19_080;
const serviceSecret = "secret-of-the-benchmark";

export type RunningBox = {
  box: Child;
  /** What the box tells other programs, read as a bridge reads it. */
  events: EventReader;
  close(): Promise<void>;
};

/**
 * How the box is installed: `embedded` has engine and media relay inside; with `own-process` calls outlive a killed box: the engine is a process of its own,
 * every dialog is written down, and an rtpengine relays, which is not measured.
 */
export const boxForms = ["embedded", "own-process"] as const;
export type BoxForm = (typeof boxForms)[number];

/** Starts the box with its operators' telephones registered. Throws with what it said when it does not come up. */
export async function startBox({
  form,
  operators,
  cores,
}: {
  form: BoxForm;
  operators: number;
  cores: Cores;
}): Promise<RunningBox> {
  const folder = mkdtempSync(join(tmpdir(), "la2-bench-box-"));
  const file = join(folder, "office.json");
  const program = fileURLToPath(new URL("../../cti-box/src/main.ts", import.meta.url));
  const opened: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (let end = opened.pop(); end !== undefined; end = opened.pop()) await end();
  };
  try {
    const media = await startMedia(form);
    opened.push(() => media.close());
    const office = {
      ...officeOf(operators),
      media: media.config,
      engine: { kind: form },
      dataDirectory: join(folder, "data"),
    };
    writeFileSync(file, JSON.stringify(office));
    const words = [process.execPath, program, "--config", file];
    const box = Child.start("box", words, { core: cores.server });
    opened.push(() => box.close());
    await box.says("softphone on", 30_000);
    await registerTelephones(operators, cores);
    const telephones = startCallee(cores.callee);
    opened.push(() => telephones.close());
    const events = await readEvents({ url: `ws://${address}:${apiPort}/api/events/stream?after=0`, serviceSecret });
    opened.push(() => events.close());
    return { box, events, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startMedia(form: BoxForm): Promise<{ config: object; close(): Promise<void> }> {
  if (form === "embedded") return { config: { kind: "relay", listenAddress: address }, close: async () => undefined };
  const rtpengine = await startRtpengine({ address, ports: 12_000 });
  const { ngHost, ngPort } = rtpengine;
  return { config: { kind: "rtpengine", ngHost, ngPort }, close: () => rtpengine.close() };
}

async function registerTelephones(operators: number, cores: Cores): Promise<void> {
  const load = startLoad({
    scenario: fileURLToPath(new URL("scenarios/register-telephone.xml", import.meta.url)),
    rate: 200,
    count: operators,
    users: operators,
    userLine: (index) =>
      `${loginOf(index)};[authentication username=${loginOf(index)} password=${passwordOf(index)}];${callee.host}:${callee.port}`,
    // From the socket that the callee opens next: the box calls a telephone where it registered from.
    from: callee,
    core: cores.caller,
  });
  try {
    const { failed } = await load.result();
    if (failed > 0) throw new Error(`${failed} of ${operators} telephones could not register`);
  } finally {
    await load.close();
  }
}

function officeOf(operators: number): Record<string, unknown> {
  return {
    office: { officeId: "x_bench", label: "Office of the benchmark" },
    sip: {
      domain: address,
      contacts: [`sip:${address}:${ports.sip};transport=udp`, `sip:${address}:${ports.sip + 1};transport=ws`],
    },
    trunks: [{ trunkId: "carrier", carrier: "Carrier of the benchmark", addresses: [caller.host] }],
    numbers: [{ number: publicNumber, queueId: "urp" }],
    queues: [{ queueId: "urp", label: "URP" }],
    operators: Array.from({ length: operators }, (_each, index) => ({
      login: loginOf(index),
      displayName: `Operator ${index}`,
      extension: String(10_000 + index),
      password: passwordOf(index),
      queues: ["urp"],
    })),
    drainSeconds: 0,
    api: { listen: { host: address, port: apiPort } },
    crmBridge: { url: "http://127.0.0.1:9", serviceSecret },
  };
}

function loginOf(index: number): string {
  return `operator${index}`;
}

function passwordOf(index: number): string {
  return `password-of-${index}`;
}
