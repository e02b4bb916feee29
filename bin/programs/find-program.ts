/** Where a program of the operating system is. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** First of the names found in PATH or the further folders; null where none is. */
export function findProgram(names: readonly string[], furtherFolders: readonly string[] = []): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter).filter((each) => each !== ""), ...furtherFolders];
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isProgram) ?? null;
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
