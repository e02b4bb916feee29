/** `la2 office --config FILE`: one real office, box and bridge, in the foreground (for systemd or a terminal). */
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { answersOk, describeEnd, type OwnedProgram, type ProgramOrder } from "../programs/child-program.ts";
import { OwnedPrograms } from "../programs/owned-programs.ts";
import { listenForStop } from "../programs/stop-signals.ts";
import { InvalidOfficeFile, type OfficeFile, readOfficeFile } from "../office/read-office-file.ts";
import { projectDirectory } from "../playground/folders.ts";
import { pageState } from "../playground/softphone-page.ts";
import { preparePage } from "./start.ts";
import { say } from "./words.ts";

/** Returns the exit code: 0 stopped on request, 1 a program could not start or ended by itself, 2 the file has problems. */
export async function office(options: { config: string }): Promise<number> {
  let file: OfficeFile;
  try {
    file = readOfficeFile(options.config, process.env);
  } catch (error) {
    if (!(error instanceof InvalidOfficeFile)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  if (file.box.softphoneDirectory === undefined && pageState() !== "built") await preparePage();
  const signals = listenForStop();
  const owner = new OwnedPrograms();
  let box: OwnedProgram | null = null;
  let insisted = 0;
  signals.onInsisted(() => {
    insisted += 1;
    // Calls that are up are ended in good order first; who insists once more ends everything.
    if (insisted === 1 && box !== null) return hurry(box);
    owner.kill();
    process.exit(130);
  });
  try {
    const started = run(owner, file, (program) => (box = program));
    const outcome = await Promise.race([signals.asked.then(() => null), started]);
    if (outcome === null) {
      // The box first: its calls may go on for a while (`drainSeconds`), with their tickets.
      await (box as OwnedProgram | null)?.close();
      return 0;
    }
    say(`${outcome.name} ended by itself (${describeEnd(outcome.end)}); the office stops.`);
    return 1;
  } finally {
    await owner.close();
    signals.close();
  }
}

function hurry({ pid }: OwnedProgram): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    // ESRCH: it has ended in this moment.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function run(
  owner: OwnedPrograms,
  file: OfficeFile,
  boxStarted: (box: OwnedProgram) => void,
): ReturnType<() => OwnedPrograms["failed"]> {
  boxStarted(await owner.start(boxOrder(file)));
  const bridge = bridgeOrder(file);
  if (bridge !== null) await owner.start(bridge);
  return owner.failed;
}

function programOf(
  file: OfficeFile,
  name: string,
  config: object,
): Pick<ProgramOrder, "name" | "logFile"> & { configFile: string } {
  const directory = join(file.dataDirectory, "run");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const configFile = join(directory, `${name}.json`);
  // It holds the operators' passwords.
  writeFileSync(configFile, JSON.stringify(config, null, 2), { mode: 0o600 });
  return { name, logFile: null, configFile };
}

const quiet = "--disable-warning=ExperimentalWarning";

function boxOrder(file: OfficeFile): ProgramOrder {
  const { configFile, ...rest } = programOf(file, "box", file.box);
  const { listen, tls } = file.box.api;
  const host = listen.host === "0.0.0.0" || listen.host === "::" ? "127.0.0.1" : listen.host;
  return {
    ...rest,
    lingersMs: file.box.drainSeconds * 1_000,
    arguments: [quiet, join(projectDirectory, "cti-box/src/main.ts"), "--config", configFile],
    // The certificate is for the public name, not for this address: with one, an open port has to do.
    isReady: () =>
      tls === undefined ? answersOk(`http://${host}:${listen.port}/api/status`) : opens(host, listen.port),
  };
}

function bridgeOrder(file: OfficeFile): ProgramOrder | null {
  if (file.bridge === null) return null;
  const { configFile, ...rest } = programOf(file, "bridge", file.bridge);
  const { host, port } = file.bridge.listen;
  return {
    ...rest,
    arguments: [quiet, join(projectDirectory, "crm-bridge/src/main.ts"), "--config", configFile],
    isReady: () => answersOk(`http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}/api/status`),
  };
}

async function opens(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
