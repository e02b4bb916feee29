/** What several commands say, and how they say it. */
import { defaultBasePort } from "../playground/folders.ts";
import { findEarlierRun } from "../playground/run-record.ts";

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The option that names this playground, with a space before it; empty for the usual one. */
export function portOption(basePort: number): string {
  return basePort === defaultBasePort ? "" : ` --port ${basePort}`;
}

/** Why no playground can be started in this folder now, and what to do about it; null when nothing is in the way. */
export function refuseSecondRun(directory: string, basePort: number): string | null {
  const earlier = findEarlierRun(directory);
  const option = portOption(basePort);
  switch (earlier.kind) {
    case "none":
      return null;
    case "running":
      return [
        `This playground runs already (process ${earlier.record.owner.pid}).`,
        `  Sign-in links:        npm run la2 -- links${option}`,
        `  Stop it:              npm run la2 -- stop${option}   (or Ctrl-C in its terminal)`,
        `  A second one beside:  npm start -- --port ${basePort + 100}`,
      ].join("\n");
    case "half-stopped":
      return [
        "An earlier run was only half stopped: la2 itself is gone, but these programs of it still run:",
        ...earlier.left.map(({ name, pid }) => `  ${name} (process ${pid})`),
        `End them with:  npm run la2 -- stop${option}   and start again.`,
      ].join("\n");
  }
}
