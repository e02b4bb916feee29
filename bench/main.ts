/** `npm run bench -- NAME [options]`: measures what the product promises in figures. Nothing here is a test: it prints, and exits with 1 only when it could not measure. */
import { Command, InvalidArgumentError, Option } from "commander";
import { boxForms, type BoxForm } from "./calls/box.ts";
import { runCallsBenchmark } from "./calls/run.ts";
import { parts, runSipBenchmark, type Part } from "./sip/run.ts";
import { serverFrom, type ServerKind } from "../cti-box/sip-engine/testing/server-process.ts";

const wholeNumber = (text: string): number => {
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError("a whole number above 0");
  return Number(text);
};
const countOrNone = (text: string): number => (text === "0" ? 0 : wholeNumber(text));
const rates = (text: string): number[] => text.split(",").map(wholeNumber);
const partsOf = (text: string): Part[] =>
  text.split(",").map((name) => {
    const part = parts.find((each) => each === name);
    if (part === undefined) throw new InvalidArgumentError(`one of ${parts.join(", ")}`);
    return part;
  });
const peer = (text: string, before: (ServerKind & { version: string })[]): (ServerKind & { version: string })[] => {
  const server = serverFrom(text);
  if (server === null) throw new InvalidArgumentError("NAME=COMMAND, or NAME@VERSION=COMMAND");
  const [name = "", version = "unknown"] = server.name.split("@");
  return [...before, { ...server, name, version }];
};

type CallsOptions = {
  form: BoxForm;
  seconds: number;
  rates: number[];
  warmUp: number;
  standing: number;
  out: string;
  record: boolean;
};

const program = new Command("bench").description("Benchmarks of LA2-CTI").showHelpAfterError();
program
  .command("sip")
  .description("SIP engine: sipp → a B2BUA on plain drachtio-srf → sipp over UDP, each process on a core of its own")
  .option("--seconds <n>", "length of a step", wholeNumber, 60)
  .option(
    "--rates <list>",
    "calls per second of the steps; the first that is not passed is the last",
    rates,
    [200, 400, 600, 800, 1000, 1100, 1200, 1300, 1400, 1500, 1600, 1700, 1800],
  )
  .option("--only <list>", `parts to measure: ${parts.join(", ")}`, partsOf, [...parts])
  .option(
    "--peer <name=command>",
    "another server of the control protocol for the same table; {admin}, {sip} and {secret} stand for its ports on 127.0.0.1 and its secret; may be repeated",
    peer,
    [],
  )
  .option("--out <folder>", "where sip.md, sip.json and sip.svg are written", "bench-report")
  .option("--record", "put the figures into docs/performance.md and docs/performance.svg as well", false)
  .action(
    async (options: {
      seconds: number;
      rates: number[];
      only: Part[];
      peer: (ServerKind & { version: string })[];
      out: string;
      record: boolean;
    }) => {
      const { peer: peers, ...rest } = options;
      const words = [
        "npm run bench -- sip",
        `--seconds ${options.seconds}`,
        `--rates ${options.rates.join(",")}`,
        ...peers.map(({ name }) => `--peer ${name}=…`),
      ];
      await runSipBenchmark({ ...rest, peers, command: words.join(" ") });
      process.stdout.write(`written to ${options.out}/sip.md, sip.json, sip.svg\n`);
    },
  );

program
  .command("calls")
  .description(
    "the whole box, journal, media and events, beside the bare engine: carrier → queue → an operator's telephone",
  )
  .option("--seconds <n>", "length of a step", wholeNumber, 30)
  .option(
    "--rates <list>",
    "calls per second of the steps; the first that is not passed is the last",
    rates,
    [50, 100, 200, 300, 400, 500, 600],
  )
  .addOption(
    new Option("--form <form>", "how the box is installed: own-process is the one whose calls outlive a killed box")
      .choices(boxForms)
      .default("embedded"),
  )
  .option(
    "--warm-up <n>",
    "calls before each step, of the box and of the bare engine, that are not counted: a box works all day; 0: code is compiled within the step",
    countOrNone,
    2_000,
  )
  .option("--standing <n>", "calls that are up at once for the memory of one; 0: not measured", countOrNone, 2_000)
  .option("--out <folder>", "where calls.md and calls.json are written", "bench-report")
  .option("--record", "put the figures into docs/performance.md as well", false)
  .action(async (options: CallsOptions) => {
    const { form, seconds, rates: steps, warmUp, standing } = options;
    const words = [
      `npm run bench -- calls --form ${form} --seconds ${seconds} --rates ${steps.join(",")}`,
      `--warm-up ${warmUp} --standing ${standing}`,
    ];
    await runCallsBenchmark({ ...options, warmUpCalls: warmUp, command: words.join(" ") });
    process.stdout.write(`written to ${options.out}\n`);
  });

await program.parseAsync();
