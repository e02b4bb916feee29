/** Call handling of the operators as a file of the data directory: small, changed seldom, read once. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { HandlingStore } from "../../application/handling-store.ts";
import type { OperatorId } from "../../domain/call/ids.ts";
import type { CallHandling } from "../../domain/operator/call-handling.ts";

const operatorId = z.string().transform((text) => text as OperatorId);
const target = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("operator"), operatorId }),
  z.object({ kind: z.literal("queue"), queueId: z.string() }),
]);
const file = z.record(
  z.string(),
  z.object({
    doNotDisturb: z.boolean(),
    // Not in files written before there was call waiting.
    callWaiting: z.boolean().default(false),
    always: target.nullable(),
    busy: target.nullable(),
    noAnswer: z.object({ target, afterSeconds: z.int().min(5).max(60) }).nullable(),
  }),
);

export class HandlingFile implements HandlingStore {
  private readonly path: string;

  constructor(dataDirectory: string) {
    this.path = join(dataDirectory, "call-handling.json");
  }

  /** Throws where the file is there and damaged: nobody's wishes are forgotten silently. */
  async load(): Promise<ReadonlyMap<OperatorId, CallHandling>> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
      throw error;
    }
    try {
      return new Map(Object.entries(file.parse(JSON.parse(text))).map(([name, one]) => [name as OperatorId, one]));
    } catch (error) {
      throw new Error(`${this.path} is damaged; remove it and the operators set their forwarding again`, {
        cause: error,
      });
    }
  }

  async save(handlings: ReadonlyMap<OperatorId, CallHandling>): Promise<void> {
    // Written whole under another name first: a box that is killed here leaves the earlier one behind.
    await writeFile(`${this.path}.new`, JSON.stringify(Object.fromEntries(handlings), null, 2));
    await rename(`${this.path}.new`, this.path);
  }
}
