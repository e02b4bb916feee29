/** The keeper of a drachtio-server's calls as a process of its own, which outlives the box that started it (`open-keeper-process.ts`). */
import { Keeper, type KeeperOrder } from "../keeper/keeper.ts";
import { runCompanion } from "./run-companion.ts";

await runCompanion(async (order) => {
  const keeper = await Keeper.open(order as KeeperOrder);
  const { host, port } = await keeper.listen();
  return {
    facts: { host, port, secret: keeper.secret, isNeeded: keeper.isNeeded },
    hear: () => undefined,
    closed: new Promise(() => undefined),
    close: async () => keeper.close(),
  };
});
