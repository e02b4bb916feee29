/** The words of `la2 forward` on the command line. */
import { Option, type Command } from "commander";
import type { ForwardListOptions, ForwardSetOptions } from "./forward.ts";

type Around = { portOption: () => Option; secondsOf: (text: string) => number; finished: (code: number) => void };

export function addForwardCommands(program: Command, { portOption, secondsOf, finished }: Around): void {
  const forward = program.command("forward").description("forwarding and do not disturb of the operators of an office");
  forward
    .command("list")
    .description("what each operator has set for calls of colleagues")
    .option("--json", "as JSON")
    .option("-c, --config <file>", "of the office with this configuration; without it, of the playground")
    .option("--office <id>", "only of this office of the playground, e.g. x_test1")
    .addOption(portOption())
    .action(async (options: ForwardListOptions) => {
      const { forwardList } = await import("./forward.ts");
      finished(await forwardList(options));
    });
  forward
    .command("set")
    .description("changes what is said and leaves the rest; a target is a login, queue:ID or none")
    .argument("<login>", "whose calls")
    .option("--always <target>", "every call of a colleague")
    .option("--busy <target>", "while in a call, and while not to be disturbed")
    .option("--answer <target>", "when there is no answer")
    .option("--after <seconds>", "so long it rings before that, 5 to 60", secondsOf, 20)
    .addOption(new Option("--disturb <state>", "do not disturb").choices(["on", "off"]))
    .addOption(new Option("--waiting <state>", "a second call rings during a call").choices(["on", "off"]))
    .option("-c, --config <file>", "of the office with this configuration; without it, of the playground")
    .option("--office <id>", "only of this office of the playground, e.g. x_test1")
    .addOption(portOption())
    .action(async (login: string, options: ForwardSetOptions) => {
      const { forwardSet } = await import("./forward.ts");
      finished(await forwardSet(login, options));
    });
  forward
    .command("clear")
    .description("calls ring again")
    .argument("<login>", "whose calls")
    .option("-c, --config <file>", "of the office with this configuration; without it, of the playground")
    .option("--office <id>", "only of this office of the playground, e.g. x_test1")
    .addOption(portOption())
    .action(async (login: string, options: ForwardListOptions) => {
      const { forwardClear } = await import("./forward.ts");
      finished(await forwardClear(login, options));
    });
}
