/** Where things are: the project, and what the playground writes. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectDirectory = fileURLToPath(new URL("../../", import.meta.url));

export const defaultBasePort = 8400;
/** The demo's own playground, so that it runs beside another one. */
export const demoBasePort = 8700;

/** Folder of a playground; one of its own for each base port, so that several can run side by side. */
export function playgroundDirectory(basePort: number): string {
  return join(projectDirectory, ".la2", basePort === defaultBasePort ? "playground" : `playground-${basePort}`);
}
