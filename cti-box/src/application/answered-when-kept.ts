/** Commands whose answer waits until what they did is in the journal and on its way to the phones. */
import type { CallJournal } from "./call-journal.ts";
import type { CallCommands } from "./use-cases.ts";

type Command = (...order: never[]) => Promise<unknown>;

export function answeredWhenKept(journal: Pick<CallJournal, "kept">, commands: CallCommands): CallCommands {
  const kept = ([name, run]: [string, Command]): [string, Command] => [
    name,
    async (...order) => {
      const result = await run(...order);
      await journal.kept();
      return result;
    },
  ];
  return Object.fromEntries(Object.entries(commands).map(kept)) as unknown as CallCommands;
}
