/** What the desktop application remembers on this machine: the office's address. A damaged file counts as none. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const settingsSchema = z.strictObject({ officeUrl: z.string().max(300) });

export function readOfficeUrl(file: string): string | null {
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(file, "utf8"))).officeUrl;
  } catch {
    return null;
  }
}

/** Written beside and moved into place, so that a power cut leaves the old file or the new one. */
export function writeOfficeUrl(file: string, officeUrl: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ officeUrl })}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
