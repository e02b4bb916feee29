/** Reads a configuration file (YAML or JSON) by its schema: every problem at once, each with its key. */
import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";

/** Thrown by the programs of the bridge to end with exit code 2 and the whole list. */
export class InvalidConfig extends Error {
  readonly problems: readonly string[];
  constructor(file: string, problems: readonly string[]) {
    super(
      `${file}: ${problems.length} problem${problems.length === 1 ? "" : "s"}\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}

/** Throws {@link InvalidConfig}. */
export function readConfigFile<T>(file: string, schema: z.ZodType<T>): T {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new InvalidConfig(file, [`cannot be read (${(error as NodeJS.ErrnoException).code})`]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new InvalidConfig(
      file,
      document.errors.map((error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split("\n")[0]}`),
    );
  }
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw new InvalidConfig(
    file,
    parsed.error.issues.map((issue) => {
      const key = issue.path
        .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
        .join("")
        .replace(/^\./, "");
      return issue.code === "unrecognized_keys"
        ? `${key === "" ? "" : `${key}.`}${issue.keys.join(", ")}: unknown key`
        : `${key || "(whole file)"}: ${issue.message}`;
    }),
  );
}
