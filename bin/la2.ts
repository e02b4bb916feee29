#!/usr/bin/env node
/** One command line that starts, checks and drives the programs of LA2-CTI. No logic of its own: each command is a file under commands/. */
import { Command, InvalidArgumentError, Option } from "commander";
import { addForwardCommands } from "./commands/forward-command.ts";
import { portsInARow } from "./playground/plan.ts";
import { defaultBasePort, demoBasePort } from "./playground/folders.ts";
import type { CitizenOptions } from "./commands/citizen.ts";
import type { LadderOptions } from "./commands/ladder.ts";
import type { RecordsOptions } from "./commands/records.ts";
import type { WhichBoxes } from "./office/boxes-to-ask.ts";
import type { TrunkTestOptions } from "./commands/trunk-test.ts";
import type { TrunkListOptions } from "./commands/trunk-list.ts";
import type { ReportOptions } from "./commands/report.ts";
import type { DemoOptions } from "./commands/demo.ts";

/** Ports that browsers refuse to open (Fetch Standard, "bad port"), as far as they are above 1023. */
const refusedByBrowsers = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

function basePortOf(text: string): number {
  const port = Number(text);
  const highest = 65_535 - portsInARow + 1;
  if (!Number.isInteger(port) || port < 1_024 || port > highest) {
    throw new InvalidArgumentError(`It has to be a number from 1024 to ${highest}.`);
  }
  const refused = refusedByBrowsers.find((each) => each >= port && each < port + portsInARow);
  if (refused !== undefined) throw new InvalidArgumentError(`Browsers refuse port ${refused}: choose another base.`);
  return port;
}

function callsOf(text: string): number {
  const calls = Number(text);
  if (!Number.isInteger(calls) || calls < 1 || calls > 500)
    throw new InvalidArgumentError("It has to be a number from 1 to 500.");
  return calls;
}

function phoneNumberOf(text: string): string {
  if (!/^\+?[0-9]{3,15}$/.test(text))
    throw new InvalidArgumentError("It has to be a telephone number such as +390695550100.");
  return text;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 3_600)) throw new InvalidArgumentError("It has to be a number from 1 to 3600.");
  return seconds;
}

const portOption = (): Option =>
  new Option("-p, --port <base>", "first of the seven ports in a row that the playground uses")
    .default(defaultBasePort)
    .argParser(basePortOf);

type PortOnly = { port: number };

const program = new Command("la2")
  .description("LA2-CTI: telephone and tickets for citizen contact offices. Starts, checks and drives its programs.")
  .showHelpAfterError("(la2 --help shows what there is)")
  .exitOverride();

// Each command is loaded when it is asked for: la2 itself starts at once, and what only the demo needs may be missing elsewhere.
const finished = (code: number): void => {
  process.exitCode = code;
};

program
  .command("start")
  .description("two offices on this machine to try everything with; Ctrl-C stops it (npm start)")
  .addOption(portOption())
  .action(async ({ port }: PortOnly) => {
    const { start } = await import("./commands/start.ts");
    finished(await start(port));
  });

program
  .command("citizen")
  .description("a citizen calls an office of the playground, with real sound, and tells what happens (npm run citizen)")
  .option("--sound <what>", "voice, tone, or a WAV file (16 bit PCM)", "voice")
  .option("--from <number>", "the citizen's number (the one that has an open ticket)", phoneNumberOf)
  .option("--to <number>", "public number to call (the first office's)", phoneNumberOf)
  .option("--seconds <n>", "hang up after this time", secondsOf, 300)
  .addOption(portOption())
  .action(async (options: CitizenOptions) => {
    const { citizen } = await import("./commands/citizen.ts");
    finished(await citizen(options));
  });

program
  .command("links")
  .description("fresh sign-in links of the playground's operators")
  .addOption(portOption())
  .action(async ({ port }: PortOnly) => {
    const { links } = await import("./commands/links.ts");
    finished(await links(port));
  });

program
  .command("ladder")
  .description("shows a call as a ladder of its SIP messages, secrets masked; also after the call")
  .argument("[call]", "call id of the box, a SIP Call-ID, or how one of them begins; without it, the latest call")
  .option("--last", "the latest call")
  .option("--verbose", "whole messages below their arrows")
  .option("--show-numbers", "telephone numbers in full")
  .option("--json", "the messages as JSON")
  .option("-c, --config <file>", "of the office with this configuration; without it, of the playground")
  .option("--office <id>", "only of this office of the playground, e.g. x_test1")
  .option("--engine <url>", "of an engine that runs alone: where its --metrics are, e.g. http://127.0.0.1:9464")
  .option("--secret <secret>", "of that engine's control port")
  .addOption(portOption())
  .action(async (call: string | undefined, options: LadderOptions) => {
    const { ladder } = await import("./commands/ladder.ts");
    finished(await ladder(call ?? null, options));
  });

program
  .command("records")
  .description("call detail records: who called, waited and talked how long, over which tariff, and why it ended")
  .option("--from <day>", "calls from this day or moment on, e.g. 2026-11-26")
  .option("--to <day>", "up to and with this day, or before this moment")
  .option("--queue <id>", "of this queue")
  .option("--direction <which>", "in, out, internal")
  .option("--end-cause <cause>", "e.g. caller-gave-up")
  .option("--tariff <tariff>", "with a leg that was on-net, or pstn")
  .option("--trunk <id>", "with a leg over this trunk")
  .option("--ticket <id>", "of this ticket")
  .option("--csv", "as CSV (RFC 4180), one line per call, numbers in full")
  .option("--json", "whole records")
  .option("-c, --config <file>", "of the office with this configuration; without it, of the playground")
  .option("--office <id>", "only of this office of the playground, e.g. x_test1")
  .addOption(portOption())
  .action(async (options: RecordsOptions) => {
    const { records } = await import("./commands/records.ts");
    finished(await records(options));
  });

program
  .command("report")
  .description("minutes kept on-net between offices, and what they would have cost over a carrier")
  .option("--from <day>", "calls from this day or moment on, e.g. 2026-11-01")
  .option("--to <day>", "up to and with this day, or before this moment")
  .option("--json", "as JSON")
  .option("-c, --config <file>", "of the office with this configuration; without it, of the playground")
  .option("--office <id>", "only of this office of the playground, e.g. x_test1")
  .addOption(portOption())
  .action(async (options: ReportOptions) => {
    const { report } = await import("./commands/report.ts");
    finished(await report(options));
  });

const trunk = program.command("trunk").description("the carriers of an office");
trunk
  .command("list")
  .description("whether each carrier answers, and how much it carries now; ends with 1 where one does not answer")
  .option("--json", "as JSON")
  .option("-c, --config <file>", "of the office with this configuration; without it, of the playground")
  .option("--office <id>", "only of this office of the playground, e.g. x_test1")
  .addOption(portOption())
  .action(async (options: TrunkListOptions) => {
    const { trunkList } = await import("./commands/trunk-list.ts");
    finished(await trunkList(options));
  });
const changeable =
  "key=value as in the configuration file, e.g. priority=2 outbound.limits.perDay=300; key= takes it out";
const changedTrunk = (command: Command): Command =>
  command
    .option("-c, --config <file>", "of the office with this configuration")
    .option("--office <id>", "of this office of the playground, e.g. x_test1")
    .addOption(portOption());
changedTrunk(
  trunk.command("add").description("adds a trunk while the box runs; account.password=- reads it from standard input"),
)
  .argument("<name>", "its trunkId")
  .argument("<settings...>", changeable)
  .action(async (name: string, words: string[], options: WhichBoxes) => {
    const { trunkAdd } = await import("./commands/trunk-change.ts");
    finished(await trunkAdd(name, words, options));
  });
changedTrunk(trunk.command("set").description("changes settings of a trunk while the box runs; calls on it go on"))
  .argument("<name>", "its trunkId")
  .argument("<settings...>", changeable)
  .action(async (name: string, words: string[], options: WhichBoxes) => {
    const { trunkSet } = await import("./commands/trunk-change.ts");
    finished(await trunkSet(name, words, options));
  });
changedTrunk(trunk.command("remove").description("removes a trunk while the box runs; calls on it go on"))
  .argument("<name>", "its trunkId")
  .action(async (name: string, options: WhichBoxes) => {
    const { trunkRemove } = await import("./commands/trunk-change.ts");
    finished(await trunkRemove(name, options));
  });
changedTrunk(trunk.command("reset").description("the configuration file holds again for a trunk"))
  .argument("<name>", "its trunkId")
  .action(async (name: string, options: WhichBoxes) => {
    const { trunkReset } = await import("./commands/trunk-change.ts");
    finished(await trunkReset(name, options));
  });
changedTrunk(trunk.command("history").description("who changed which trunk, when and what")).action(
  async (options: WhichBoxes) => {
    const { trunkHistory } = await import("./commands/trunk-change.ts");
    finished(await trunkHistory(options));
  },
);
trunk
  .command("test")
  .description("registers and probes once and says in plain words what is wrong; ends with 1 where something is")
  .argument("<name>", "the trunk's trunkId")
  .option("--verbose", "with the SIP messages; proofs of passwords are left out")
  .option("--json", "as JSON")
  .option("-c, --config <file>", "of the office with this configuration; without it, of the playground")
  .option("--office <id>", "only of this office of the playground, e.g. x_test1")
  .addOption(portOption())
  .action(async (name: string, options: TrunkTestOptions) => {
    const { trunkTest } = await import("./commands/trunk-test.ts");
    finished(await trunkTest(name, options));
  });

addForwardCommands(program, { portOption, secondsOf, finished });

program
  .command("stop")
  .description("ends a playground, or what an earlier one left running")
  .addOption(portOption())
  .action(async ({ port }: PortOnly) => {
    const { stop } = await import("./commands/stop.ts");
    finished(await stop(port));
  });

program
  .command("demo")
  .description("the whole main job unattended, with two headless softphones; prints steps and numbers (npm run demo)")
  .option("--calls <n>", "calls of which the medians are taken", callsOf, 20)
  .addOption(portOption().default(demoBasePort))
  .action(async (options: DemoOptions) => {
    const { demo } = await import("./commands/demo.ts");
    finished(await demo(options));
  });

program
  .command("office")
  .description("one real office, box and tickets, from one configuration file (bin/office/example-office.yaml)")
  .requiredOption("-c, --config <file>", "the office's configuration, YAML or JSON")
  .action(async (options: { config: string }) => {
    const { office } = await import("./commands/office.ts");
    finished(await office(options));
  });

program
  .command("doctor")
  .description("looks at this machine: ports, programs, certificate, microphone; says what is missing")
  .option("-c, --config <file>", "for the office of this configuration; without it, for the playground")
  .addOption(portOption())
  .action(async (options: { port: number; config?: string }) => {
    const { doctor } = await import("./commands/doctor.ts");
    finished(await doctor(options));
  });

try {
  await program.parseAsync();
} catch (error) {
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  // Commander has already said what was wrong with the words of the command line; 2 is wrong use, 0 is a call for help.
  if (code?.startsWith("commander.") === true) process.exitCode = exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
