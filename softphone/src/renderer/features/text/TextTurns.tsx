/** Who wrote what, in the order in which it is read. What the operator is writing stands in the field until its line ends. */
import { useLayoutEffect, useRef } from "react";
import { useTexts } from "../../i18n/language.ts";
import { lettersOf, voiceName } from "./voice-name.ts";
import type { TextTurn } from "../../domain/text/turns.ts";

/** Pixels from the end that still count as being there. */
const nearTheEnd = 40;

export function TextTurns({ turns }: { turns: readonly TextTurn[] }) {
  const { t } = useTexts();
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const element = list.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [turns]);
  const shown = turns.filter(({ voice, state }) => voice.kind === "other" || state === "finished");
  if (shown.length === 0) return <p className="la2-hint">{t("text.empty")}</p>;
  return (
    // Reached by keyboard, so that it can be scrolled without a mouse.
    <div
      ref={list}
      role="group"
      tabIndex={0}
      aria-label={t("text.conversation")}
      className="la2-text-turns"
      onScroll={({ currentTarget: at }) => {
        isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < nearTheEnd;
      }}
    >
      <ol>
        {shown.map((turn) => (
          <li key={turn.turnId} className={`la2-turn la2-turn-${turn.voice.kind}`} data-turn-state={turn.state}>
            <span className="la2-turn-voice">
              {voiceName(turn.voice, t)}
              {turn.state === "open" && <span className="la2-turn-writing"> {t("text.writing")}</span>}
            </span>
            <p dir="auto">{lettersOf(turn.text, t)}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}
