/** Looks things up in the directory while the operator types: at most one question under way, old answers are dropped. */
import { useEffect, useState } from "react";
import { useSoftphone } from "./softphone-context.tsx";
import type { Directory } from "../domain/session/session.ts";

/** `text`: what was looked for. */
export type DirectorySearch =
  | { kind: "searching" }
  | { kind: "away" }
  | { kind: "found"; directory: Directory; text: string };

const typingPauseMs = 150;
/** While the list is on screen, states of operators and offices are looked up again: well within the time a colleague is rung. */
const refreshEveryMs = 3_000;

/** `text` null: nothing is looked for. `changes`: how often something was changed that the list shows; it is looked up again at once. */
export function useDirectory(text: string | null, changes = 0): DirectorySearch {
  const { searchDirectory } = useSoftphone();
  const [search, setSearch] = useState<DirectorySearch>({ kind: "searching" });
  useEffect(() => {
    setSearch((before) => (before.kind === "away" ? { kind: "searching" } : before));
    if (text === null) return undefined;
    const wanted = text.trim();
    const abort = new AbortController();
    const look = async (): Promise<void> => {
      const answer = await searchDirectory(wanted, abort.signal);
      if (abort.signal.aborted) return;
      setSearch(answer.ok ? { kind: "found", directory: answer.value, text: wanted } : { kind: "away" });
    };
    const first = setTimeout(() => void look(), typingPauseMs);
    const again = setInterval(() => void look(), refreshEveryMs);
    return () => {
      clearTimeout(first);
      clearInterval(again);
      abort.abort();
    };
  }, [searchDirectory, text, changes]);
  return search;
}
