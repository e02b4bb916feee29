/** The boxes that a command asks: of one office's configuration, or of the playground that runs. */
import { boxUrl } from "../playground/office-config.ts";
import { playgroundDirectory } from "../playground/folders.ts";
import { runningPlan } from "../commands/running-plan.ts";
import { boxToAsk, type BoxToAsk } from "./box-to-ask.ts";

export type WhichBoxes = { config?: string; office?: string; port: number };

/** Throws when there is no such office, or no playground. */
export function boxesToAsk({ config, port, office: wanted }: WhichBoxes): BoxToAsk[] {
  if (config !== undefined) return [boxToAsk(config)];
  const { offices } = runningPlan(playgroundDirectory(port), port);
  const asked = offices.filter(({ officeId }) => wanted === undefined || officeId === wanted);
  if (asked.length === 0)
    throw new Error(`--office: it is one of ${offices.map(({ officeId }) => officeId).join(", ")}`);
  return asked.map((office) => ({
    name: office.officeId,
    label: office.label,
    url: boxUrl(office),
    serviceSecret: office.serviceSecret,
  }));
}

type Asking = {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: object;
  withinMs?: number;
  alsoTaken?: number;
  /** How the user wrote what the box may find fault with: as options (`--from`), or as settings (`outbound.uri=`). */
  wordsAre?: "options" | "settings";
};

/** What the box answers to a program of its office; with a status of `alsoTaken` as well. Throws with the box's own words when it refuses. */
export async function askForAnswer(
  box: BoxToAsk,
  path: string,
  { method = "GET", query = {}, headers = {}, body, withinMs = 30_000, alsoTaken, wordsAre = "options" }: Asking = {},
): Promise<Response> {
  const answer = await fetch(`${box.url}${path}?${new URLSearchParams(query).toString()}`, {
    method,
    headers: {
      authorization: `Bearer ${box.serviceSecret}`,
      "accept-language": "en",
      ...(body && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(withinMs),
  });
  if (answer.ok || answer.status === alsoTaken) return answer;
  const problem = (await answer.json().catch(() => ({}))) as {
    title?: string;
    problems?: { pointer: string; detail: string }[];
  };
  const wordOf = (pointer: string): string =>
    wordsAre === "options" ? pointer.replace("/", "--") : pointer.replace("/", "").replaceAll("/", ".");
  const faults = (problem.problems ?? []).map(({ pointer, detail }) => `\n  ${wordOf(pointer)}: ${detail}`);
  throw new Error(`${box.label}: ${problem.title ?? `HTTP ${answer.status}`}${faults.join("")}`);
}
