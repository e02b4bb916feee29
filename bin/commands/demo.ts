/** `la2 demo`: the whole main job, unattended, on real SIP and real audio, with two headless softphones; prints and writes what happened. */
import { relative } from "node:path";
import { findKamailio } from "../../sip-proxy-config/src/find-kamailio.ts";
import { Carrier } from "../carrier/carrier.ts";
import { DemoRun, measureLine, StepFailed } from "../demo/demo-run.ts";
import { findChromium } from "../demo/find-chromium.ts";
import { runMainJob } from "../demo/main-job.ts";
import { measureCalls } from "../demo/measure-calls.ts";
import { OperatorPage } from "../demo/operator-page.ts";
import { openReport, pictureOf, reportDirectory, writeReport } from "../demo/report.ts";
import { playgroundDirectory, projectDirectory } from "../playground/folders.ts";
import { oneTimeLink } from "../playground/one-time-link.ts";
import { type RunningPlayground, startPlayground } from "../playground/start-playground.ts";
import { listenForStop } from "../programs/stop-signals.ts";
import { preparePage } from "./start.ts";
import { refuseSecondRun, say } from "./words.ts";

export type DemoOptions = { port: number; calls: number };

const noBrowser = `The demo opens two softphones in Chromium or Chrome, and neither is on this machine.
  Debian, Ubuntu:  apt install chromium
  elsewhere:       install Google Chrome, or name another program:  LA2_CHROMIUM=/path/to/chrome npm run demo`;

const pictures = [
  { file: "anna-ringing.png", words: "Anna's softphone rings, the ticket is there" },
  { file: "anna-transferring.png", words: "Anna while the other office is rung" },
  { file: "bruno-ringing.png", words: "Bruno's softphone rings with the same ticket" },
  { file: "anna-after-transfer.png", words: "Anna after the transfer" },
  { file: "bruno-after-transfer.png", words: "Bruno after the transfer" },
  { file: "anna-at-failure.png", words: "Anna when a step failed" },
  { file: "bruno-at-failure.png", words: "Bruno when a step failed" },
];

/** Returns the exit code: 0 every step and every target was met, 1 not. */
export async function demo(options: DemoOptions): Promise<number> {
  const program = findChromium();
  if (program === null) {
    say(noBrowser);
    return 1;
  }
  const directory = playgroundDirectory(options.port);
  const refusal = refuseSecondRun(directory, options.port);
  if (refusal !== null) {
    say(refusal);
    return 1;
  }
  await preparePage();
  openReport();
  const run = new DemoRun(say);
  const resources = new Resources();
  const outcome = await playUntilStopped({ run, program, options, directory, resources });
  return outcome === "stopped" ? 130 : conclude(run);
}

/** What the demo has opened, closed in the opposite order. */
class Resources {
  playground: Pick<RunningPlayground, "close" | "kill"> | null = null;
  readonly #opened: (() => Promise<void>)[] = [];

  add<T extends { close(): Promise<void> }>(resource: T): T {
    this.#opened.push(() => resource.close());
    return resource;
  }

  async close(): Promise<void> {
    for (let close = this.#opened.pop(); close !== undefined; close = this.#opened.pop()) await close();
    await this.playground?.close();
  }
}

type Play = { run: DemoRun; program: string; options: DemoOptions; directory: string; resources: Resources };

async function playUntilStopped(order: Play): Promise<"played" | "stopped"> {
  const signals = listenForStop();
  signals.onInsisted(() => {
    order.resources.playground?.kill();
    process.exit(130);
  });
  try {
    return await Promise.race([play(order), signals.asked.then(() => "stopped" as const)]);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(`\n${error.message}\nLogs: ${relative(projectDirectory, order.directory)}/logs`);
    return "played";
  } finally {
    await order.resources.close();
    signals.close();
  }
}

async function play({ run, program, options, directory, resources }: Play): Promise<"played"> {
  say("\nLA2-CTI demo: a citizen's call, its ticket, and a transfer of both to another office\n");
  const { plan } = await run.step(
    "playground: two offices, tickets, exchange",
    () => startPlayground({ directory, basePort: options.port, owned: (owner) => (resources.playground = owner) }),
    ({ kamailio }) => betweenOffices(kamailio),
  );
  const carrier = resources.add(await Carrier.open(plan.carrierAddress));
  const open = async (index: 0 | 1, toneHz: number): Promise<OperatorPage> => {
    const office = plan.offices[index];
    const [name = ""] = office.operator.displayName.split(" ");
    return resources.add(await OperatorPage.open({ name, program, toneHz, link: await oneTimeLink(office) }));
  };
  const [anna, bruno] = await run.step("Anna and Bruno sign in, each in an own browser", () =>
    Promise.all([open(0, 700), open(1, 1_400)]),
  );
  const stage = { run, plan, carrier, anna, bruno };
  try {
    await measureCalls(stage, options.calls);
    await runMainJob(stage);
  } catch (error) {
    await Promise.allSettled([
      anna.screenshot(pictureOf("anna-at-failure")),
      bruno.screenshot(pictureOf("bruno-at-failure")),
    ]);
    throw error;
  }
  return "played";
}

function rtpengineWords(address: string | undefined): string {
  return address === undefined || address === "" ? "the boxes' own media relay" : `rtpengine at ${address}`;
}

function betweenOffices(kamailio: string | null): string {
  return kamailio === null ? "directly between the offices" : "through Kamailio";
}

function conclude(run: DemoRun): number {
  say("");
  for (const measure of run.measures) say(measureLine(measure));
  writeReport(run, {
    audio: rtpengineWords(process.env["LA2_RTPENGINE"]),
    betweenOffices: betweenOffices(findKamailio()),
    node: process.version,
    pictures,
  });
  say(
    `\n${run.hasPassed ? "The main job works." : "The main job does not work as it should."} Report and screenshots: ${relative(projectDirectory, reportDirectory)}/`,
  );
  return run.hasPassed ? 0 : 1;
}
