/**
 * Servers that keep the dialogs of an application for its next run: the engine in a process of its own, and a server that forgets whoever leaves, with the keeper before
 * it: the one that the environment names, or in its place this engine, which forgets applications without tags.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Keeper } from "../keeper/keeper.ts";
import { openSipEngineProcess } from "../own-process/open-engine-process.ts";
import { engineUnderTest, otherUnderTest, type RunningServer, type ServerUnderTest } from "./server-under-test.ts";

export type KeepingServer = {
  name: string;
  /** `absenceMs`: how long calls wait for the next run. */
  open(absenceMs: number): Promise<RunningServer>;
};

export function keepingServers(): KeepingServer[] {
  const other = otherUnderTest();
  return [ownProcess, behindKeeper(engineUnderTest), ...(other === null ? [] : [behindKeeper(other)])];
}

const ownProcess: KeepingServer = {
  name: "the engine in a process of its own",
  open: async (absenceMs) => {
    const folder = mkdtempSync(join(tmpdir(), "la2-kept-"));
    const contacts = ["sip:127.0.0.1:0;transport=udp,tcp"];
    const admin = { host: "127.0.0.1", port: 0 };
    const recordFile = join(folder, "sip-engine.json");
    const engine = await openSipEngineProcess({ admin, contacts, control: { absenceMs } }, { recordFile });
    return {
      admin: engine.admin,
      secret: engine.secret,
      at: (engine.contacts[0] ?? "").replace(/^\w+\//, ""),
      close: async () => {
        await engine.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

function behindKeeper(server: ServerUnderTest): KeepingServer {
  return {
    name: `${server.name} behind the keeper`,
    open: async (absenceMs) => {
      const running = await server.open();
      const keeper = await Keeper.open({ server: { ...running.admin, secret: running.secret }, absenceMs });
      return {
        admin: await keeper.listen(),
        secret: keeper.secret,
        at: running.at,
        close: async () => {
          keeper.close();
          await running.close();
        },
      };
    },
  };
}
