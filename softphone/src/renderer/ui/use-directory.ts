/** Looks things up in the directory while the operator types: at most one question under way, old answers are dropped. What was found is shown as the box tells it since. */
import { useEffect, useMemo, useState } from "react";
import { asItIsNow } from "../domain/office/office-now.ts";
import { usePhone, useSoftphone } from "./softphone-context.tsx";
import type { Directory } from "../domain/session/session.ts";

/** `text`: what was looked for. */
export type DirectorySearch =
  | { kind: "searching" }
  | { kind: "away" }
  | { kind: "found"; directory: Directory; text: string };

const typingPauseMs = 150;

/** `text` null: nothing is looked for. Looked up again when the line to the box is there again. */
export function useDirectory(text: string | null): DirectorySearch {
  const { searchDirectory } = useSoftphone();
  const link = usePhone(({ links }) => links.box);
  const office = usePhone((phone) => phone.office);
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
    return () => {
      clearTimeout(first);
      abort.abort();
    };
  }, [searchDirectory, text, link]);
  return useMemo(
    () => (search.kind === "found" ? { ...search, directory: asItIsNow(search.directory, office) } : search),
    [search, office],
  );
}
