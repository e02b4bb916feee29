/**
 * Brings the playground up: fresh data, configuration files, then hub, bridges, boxes and (where Kamailio is installed) the proxy, each as a process
 * of its own, all with this one owner.
 */
import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseNetwork } from "../../sip-proxy-config/src/network.ts";
import { renderKamailioConfig } from "../../sip-proxy-config/src/render-kamailio-config.ts";
import { findKamailio, startProxy } from "../../sip-proxy-config/src/run-proxy.ts";
import { checkRtpengine } from "../doctor/checks.ts";
import { answersOk, killGroup, type ProgramOrder } from "../programs/child-program.ts";
import { OwnedPrograms, type UnexpectedEnd } from "../programs/owned-programs.ts";
import { projectDirectory } from "./folders.ts";
import { findPortProblems, neededPorts } from "./free-ports.ts";
import { createKeys } from "./keys.ts";
import { boxConfig, boxUrl, bridgeConfig, bridgeUrl, hubConfig, hubUrl, networkDescription } from "./office-config.ts";
import { planPlayground, type PlaygroundPlan } from "./plan.ts";
import { removeRunRecord, writeRunRecord } from "./run-record.ts";

export type RunningPlayground = {
  plan: PlaygroundPlan;
  /** Path of the Kamailio between the offices; null when the boxes call each other directly. */
  kamailio: string | null;
  programs: readonly { name: string; pid: number }[];
  failed: Promise<UnexpectedEnd>;
  close(): Promise<void>;
  /** Everything at once, without waiting for anybody's goodbye. */
  kill(): void;
};

/** Something of this machine is in the way; the message says what and what to do. */
export class PlaygroundCannotStart extends Error {}

export type PlaygroundOrder = {
  directory: string;
  basePort: number;
  /** Told of every owner of processes as soon as there is one, so that Ctrl-C during the start ends them too. */
  owned?: (stop: Pick<RunningPlayground, "close" | "kill">) => void;
};

/** Throws {@link PlaygroundCannotStart} or ProgramDidNotStart; then nothing of it is left running. */
export async function startPlayground(order: PlaygroundOrder): Promise<RunningPlayground> {
  const kamailio = findKamailio();
  const plan = planPlayground({ ...order, secretOf: () => randomBytes(18).toString("base64url") });
  const problems = await findPortProblems(neededPorts(plan, kamailio !== null));
  if (problems.length > 0) throw new PlaygroundCannotStart(portsInTheWay(problems, plan));
  await requireRtpengine(process.env["LA2_RTPENGINE"]);
  const orders = await writeFiles(plan, kamailio !== null);
  const owner = new OwnedPrograms((programs) => writeRunRecord(plan, "starting", programs));
  const close = async (): Promise<void> => {
    await owner.close();
    removeRunRecord(plan.directory);
  };
  const kill = (): void => {
    owner.kill();
    removeRunRecord(plan.directory);
  };
  order.owned?.({ close, kill });
  try {
    if (kamailio !== null) await startKamailio(plan, owner);
    // They find each other in any order, but bridges that find hub and boxes up are ready sooner.
    await startAll(owner, orders.servers);
    await startAll(owner, orders.bridges);
    writeRunRecord(plan, "running", owner.programs);
    return { plan, kamailio, programs: owner.programs, failed: owner.failed, close, kill };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startAll(owner: OwnedPrograms, orders: readonly ProgramOrder[]): Promise<void> {
  const started = await Promise.allSettled(orders.map((order) => owner.start(order)));
  for (const each of started) if (each.status === "rejected") throw each.reason;
}

/** A media server that is named has to be there: a call without sound is no call. */
async function requireRtpengine(address: string | undefined): Promise<void> {
  if (address === undefined || address === "") return;
  const [, host, port] = /^([^:]+):(\d+)$/.exec(address) ?? [];
  if (host === undefined || port === undefined) {
    throw new PlaygroundCannotStart(`LA2_RTPENGINE: ${address} is not host:port of rtpengine's ng protocol.`);
  }
  const { verdict, words } = await checkRtpengine(host, Number(port));
  if (verdict === "ok") return;
  throw new PlaygroundCannotStart(
    [
      `LA2_RTPENGINE: ${words}`,
      `  start one:      rtpengine --config-file=none --foreground --table=-1 --interface=127.0.0.1 --listen-ng=${address}   (Debian package rtpengine-daemon)`,
      "  or without it:  unset LA2_RTPENGINE; the boxes then relay the audio themselves",
    ].join("\n"),
  );
}

function portsInTheWay(problems: readonly string[], plan: PlaygroundPlan): string {
  return [
    "The playground cannot start:",
    ...problems.map((problem) => `  - ${problem}`),
    `Free the port, or choose another base: npm start -- --port ${plan.basePort + 100}   (seven ports from there on are used)`,
  ].join("\n");
}

type Orders = { servers: ProgramOrder[]; bridges: ProgramOrder[] };

/** Fresh folder with one configuration file per program. Returns how to start them. */
async function writeFiles(plan: PlaygroundPlan, withProxy: boolean): Promise<Orders> {
  const { directory, offices } = plan;
  const keys = await createKeys(offices.map(({ officeId }) => officeId));
  try {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(join(directory, "logs"), { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw new PlaygroundCannotStart(
      `The playground cannot write its folder ${directory}: ${code} at ${path}.\nIs it from a run as another user (root)? Remove it with that user, or make the project's folder yours.`,
    );
  }
  const program = (name: string, file: string, config: object): Omit<ProgramOrder, "isReady"> => {
    const configFile = join(directory, `${name}.json`);
    writeFileSync(configFile, JSON.stringify(config, null, 2), { mode: 0o600 });
    return {
      name,
      arguments: ["--disable-warning=ExperimentalWarning", join(projectDirectory, file), "--config", configFile],
      logFile: join(directory, "logs", `${name}.log`),
      // One drachtio-server cannot be the stack of two offices.
      environment: { LA2_DRACHTIO: undefined },
    };
  };
  const url = process.env["LA2_POSTGRES"] ?? "";
  // Fresh at each start, as the folder is.
  const schemas = `playground_${plan.basePort}_${Date.now().toString(36)}`;
  const postgres = url === "" ? null : { url, schemas };
  const hub = {
    ...program("hub", "crm-bridge/src/tupa/hub-main.ts", hubConfig(plan, join(directory, "hub"), keys)),
    isReady: () => answersOk(`${hubUrl(plan)}/tupa/v1/status`),
  };
  const boxes = offices.map((office) => ({
    ...program(`box-${office.officeId}`, "cti-box/src/main.ts", boxConfig(plan, office, { withProxy, postgres })),
    isReady: () => answersOk(`${boxUrl(office)}/api/status`),
  }));
  const bridges = offices.map((office) => ({
    ...program(`bridge-${office.officeId}`, "crm-bridge/src/main.ts", bridgeConfig(plan, office, keys)),
    isReady: () => answersOk(`${bridgeUrl(office)}/api/status`),
  }));
  return { servers: [hub, ...boxes], bridges };
}

async function startKamailio(plan: PlaygroundPlan, owner: OwnedPrograms): Promise<void> {
  const parsed = parseNetwork(networkDescription(plan));
  if (!parsed.ok) throw new Error(`the playground's network is not valid:\n${parsed.problems.join("\n")}`);
  const logFile = join(plan.directory, "logs", "proxy.log");
  const proxy = await startProxy({
    configText: renderKamailioConfig(parsed.network),
    listen: parsed.network.proxy.listen,
    log: (line) => appendFileSync(logFile, `${line}\n`),
  });
  owner.adopt({
    name: "proxy",
    pid: proxy.pid,
    logFile,
    ended: proxy.ended,
    close: () => proxy.close(),
    kill: () => killGroup(proxy.pid),
  });
}
