/** `la2 start`: the playground in the foreground, until Ctrl-C. */
import { relative } from "node:path";
import { describeEnd } from "../programs/child-program.ts";
import { listenForStop, type StopSignals } from "../programs/stop-signals.ts";
import { playgroundDirectory, projectDirectory } from "../playground/folders.ts";
import { wallboardLink } from "../playground/office-config.ts";
import { oneTimeLink } from "../playground/one-time-link.ts";
import { buildPage, pageState } from "../playground/softphone-page.ts";
import { type RunningPlayground, startPlayground } from "../playground/start-playground.ts";
import { portOption, refuseSecondRun, say } from "./words.ts";

/** Returns the exit code: 0 stopped on request, 1 could not start or lost a program, 130 stopped by force. */
export async function start(basePort: number): Promise<number> {
  const directory = playgroundDirectory(basePort);
  const refusal = refuseSecondRun(directory, basePort);
  if (refusal !== null) {
    say(refusal);
    return 1;
  }
  await preparePage();
  const signals = listenForStop();
  try {
    return await run(signals, { directory, basePort });
  } finally {
    signals.close();
  }
}

/** Builds the softphone's page where needed, and says so. */
export async function preparePage(): Promise<void> {
  const state = pageState();
  if (state === "built") return;
  say(`The softphone's page is ${state}: building it, this takes some seconds …`);
  await buildPage();
}

async function run(signals: StopSignals, order: { directory: string; basePort: number }): Promise<number> {
  say("Starting two offices, their tickets and the exchange between them …");
  let stop: Pick<RunningPlayground, "close" | "kill"> | null = null;
  signals.onInsisted(() => {
    say("Stopped by force.");
    stop?.kill();
    process.exit(130);
  });
  let isStopping = false;
  void signals.asked.then(async () => {
    isStopping = true;
    say("\nStopping … (Ctrl-C again stops by force)");
    await stop?.close();
  });
  let playground: RunningPlayground;
  try {
    playground = await startPlayground({ ...order, owned: (owner) => (stop = owner) });
  } catch (error) {
    // What fails while everything is being stopped fails because of that.
    if (isStopping) return 0;
    throw error;
  }
  say(await welcome(playground));
  const outcome = await Promise.race([signals.asked.then(() => null), playground.failed]);
  if (outcome !== null) {
    say(`\n${outcome.name} ended by itself (${describeEnd(outcome.end)}). Its last lines:\n${outcome.lastLines}`);
    say("The playground stops.");
  }
  await playground.close();
  if (outcome === null) say("Stopped. Nothing is left running.");
  return outcome === null ? 0 : 1;
}

async function welcome(playground: RunningPlayground): Promise<string> {
  const { plan, kamailio } = playground;
  const port = portOption(plan.basePort);
  const lines = ["", "The playground is up.", ""];
  for (const office of plan.offices) {
    lines.push(
      `  ${office.label}   (public number ${office.publicNumber})`,
      `    ${office.operator.displayName}'s softphone:  ${await oneTimeLink(office)}`,
      `    A screen for the wall:  ${wallboardLink(office)}`,
      "",
    );
  }
  const rtpengine = process.env["LA2_RTPENGINE"];
  return [
    ...lines,
    "  1. Open both softphones in a browser on this machine and allow the microphone. Each link signs in once, within 10 minutes;",
    `     new ones: npm run la2 -- links${port}`,
    `  2. In another terminal, let a citizen call:  npm run citizen${port === "" ? "" : ` --${port}`}`,
    "     The ticket is on Anna's screen while it rings. Answer, then transfer to the other office: the ticket goes along.",
    "",
    `  Between the offices: ${kamailio === null ? "the boxes call each other directly (Kamailio is not installed)" : `Kamailio (${kamailio}) on ${plan.proxyAddress}:${plan.sipPort}`}`,
    `  Audio: ${rtpengine === undefined || rtpengine === "" ? "the boxes' own media relay" : `rtpengine at ${rtpengine}`}`,
    `  Data and logs, fresh at each start: ${relative(projectDirectory, plan.directory)}`,
    "",
    "  Ctrl-C stops everything.",
    "",
  ].join("\n");
}
