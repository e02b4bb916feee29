/** The folder of inputs to start from: messages and values of the project's own. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "corpus");

/** Every file of that part. */
export function filesIn(part: "messages"): Buffer[] {
  const path = join(folder, part);
  return readdirSync(path)
    .toSorted()
    .map((name) => readFileSync(join(path, name)));
}

/** Every line of that file that is not empty. */
export function linesIn(file: "header-values.txt" | "handler-answers.txt" | "control-frames.txt"): Buffer[] {
  return readFileSync(join(folder, file), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Buffer.from(line));
}
