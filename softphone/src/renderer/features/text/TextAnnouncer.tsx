/** Says to screen readers what the other side writes: whole lines, or what stands when the writer pauses; never single letters. */
import { useEffect, useRef, useState } from "react";
import { useTexts } from "../../i18n/language.ts";
import { lettersOf, voiceName } from "./voice-name.ts";
import type { TextTurn } from "../../domain/text/turns.ts";

/** Without a new line for so long, what stands there is said. */
const pauseMs = 4_000;

export function TextAnnouncer({ turns }: { turns: readonly TextTurn[] }) {
  const { t } = useTexts();
  const [words, setWords] = useState("");
  /** How much of each turn has been said. */
  const said = useRef(new Map<number, number>());
  useEffect(() => {
    const say = (isDue: (turn: TextTurn) => boolean): void => {
      const due = turns.filter(
        (turn) => turn.voice.kind === "other" && isDue(turn) && turn.text.length > (said.current.get(turn.turnId) ?? 0),
      );
      if (due.length === 0) return;
      const lines = due.map((turn) => {
        const rest = turn.text.slice(said.current.get(turn.turnId) ?? 0);
        said.current.set(turn.turnId, turn.text.length);
        return `${voiceName(turn.voice, t)}: ${lettersOf(rest, t)}`;
      });
      setWords(lines.join(" "));
    };
    say(({ state }) => state === "finished");
    const timer = setTimeout(() => say(() => true), pauseMs);
    return () => clearTimeout(timer);
  }, [turns, t]);
  return (
    <div aria-live="polite" aria-atomic="true" className="visually-hidden" data-announcer="text">
      {words}
    </div>
  );
}
