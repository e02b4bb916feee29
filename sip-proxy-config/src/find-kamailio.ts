/** Where Kamailio is on this machine. Debian puts it into /usr/sbin, which is not in an ordinary user's PATH. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const usualFolders = ["/usr/sbin", "/usr/local/sbin"];

/** Path of the program, or null where it is not installed. `LA2_KAMAILIO` names another one, or none with an empty value. */
export function findKamailio(environment: NodeJS.ProcessEnv = process.env): string | null {
  const named = environment["LA2_KAMAILIO"];
  if (named !== undefined) return isProgram(named) ? named : null;
  const folders = [...(environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""), ...usualFolders];
  return folders.map((folder) => join(folder, "kamailio")).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
