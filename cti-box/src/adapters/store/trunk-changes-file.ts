/**
 * Trunks that were changed while the box ran, in one file of the data directory: the carriers want passwords in clear, so only the box's own user may read it.
 * Written whole under another name first, so that a box that is killed leaves the old file or the new one.
 */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { z } from "zod";
import type { TrunkChanges, TrunkChangesStore } from "../../application/trunk-ports.ts";

const text = z.string().nullable();
const changesSchema = z.object({
  version: z.literal(1),
  trunks: z.record(z.string(), z.looseObject({ trunkId: z.string() }).nullable()),
  history: z.array(
    z.object({
      atMs: z.number(),
      by: z.string(),
      what: z.enum(["added", "changed", "removed", "reset"]),
      trunkId: z.string(),
      fields: z.array(z.object({ field: z.string(), from: text, to: text })),
    }),
  ),
});

export class TrunkChangesFile implements TrunkChangesStore {
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Throws when the file is damaged. */
  read(): TrunkChanges {
    if (!existsSync(this.file)) return { trunks: {}, history: [] };
    // A copy or a backup may have opened it to others.
    chmodSync(this.file, 0o600);
    const given = parsed(readFileSync(this.file, "utf8"));
    const changes = changesSchema.safeParse(given);
    if (!changes.success) throw new Error(`${this.file} cannot be read; remove it and the configuration's trunks hold`);
    const { trunks, history } = changes.data;
    return { trunks: trunks as TrunkChanges["trunks"], history };
  }

  /** Throws when it cannot be written: then nothing has changed. */
  write(changes: TrunkChanges): void {
    const fresh = `${this.file}.new`;
    const opened = openSync(fresh, "w", 0o600);
    try {
      writeSync(opened, JSON.stringify({ version: 1, ...changes }, null, 1));
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(fresh, this.file);
  }
}

/** The parser's own words could quote a password. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
