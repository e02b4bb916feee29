/** `la2 links`: fresh sign-in links of a playground that runs. */
import { playgroundDirectory } from "../playground/folders.ts";
import { wallboardLink } from "../playground/office-config.ts";
import { oneTimeLink } from "../playground/one-time-link.ts";
import { runningPlan } from "./running-plan.ts";
import { say } from "./words.ts";

export async function links(basePort: number): Promise<number> {
  const plan = runningPlan(playgroundDirectory(basePort), basePort);
  for (const office of plan.offices) {
    say(`${office.label}, ${office.operator.displayName}:  ${await oneTimeLink(office)}`);
    say(`${office.label}, a screen for the wall:  ${wallboardLink(office)}`);
  }
  return 0;
}
