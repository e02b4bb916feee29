/** The keeper of a drachtio-server's calls: found running, or started. */
import { openCompanion } from "./open-companion.ts";
import type { KeeperOrder } from "../keeper/keeper.ts";

const absenceMs = 30_000;
const orphanedMs = 45_000;

export type KeeperProcess = {
  /** Where the box connects. The server itself, where that keeps calls as well. */
  control: { host: string; port: number; secret: string };
  /** Resolves when the keeper is gone; never where there is none. */
  closed: Promise<null>;
  close(): Promise<void>;
};

/** Rejects when the server does not answer or refuses the secret. */
export async function openKeeperProcess(server: KeeperOrder["server"], recordFile: string): Promise<KeeperProcess> {
  const order: KeeperOrder = { server, absenceMs };
  const program = new URL("./keeper-process.ts", import.meta.url);
  const companion = await openCompanion({ program, order, recordFile, orphanedMs });
  const { isNeeded, ...control } = companion.facts as KeeperProcess["control"] & { isNeeded: boolean };
  if (isNeeded) return { control, closed: companion.gone, close: () => companion.close() };
  await companion.close();
  return { control: server, closed: new Promise(() => undefined), close: async () => undefined };
}
