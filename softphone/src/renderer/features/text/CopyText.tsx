/** What was written is kept by the operator's own act alone: in the note of the ticket, or where there are none, on the clipboard. */
import { useState } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { transcriptOf } from "./voice-name.ts";
import type { TextTurn } from "../../domain/text/turns.ts";

/** Of the note's field. */
const longestNote = 8_000;

export function CopyText({ callId, turns }: { callId: string; turns: readonly TextTurn[] }) {
  const { t } = useTexts();
  const { tickets } = useSoftphone();
  const note = usePhone((phone) => phone.panels[callId]?.note);
  const hasNotes = usePhone(
    (phone) => phone.session.kind === "signed-in" && phone.session.session.crmBasePath !== null,
  );
  const [outcome, setOutcome] = useState<"none" | "copied" | "not-copied">("none");
  const copy = (): void => {
    const transcript = transcriptOf(turns, t);
    if (!hasNotes) {
      void navigator.clipboard.writeText(transcript).then(() => setOutcome("copied"));
      return;
    }
    // A note that is on its way is not changed any more.
    if (note?.kind === "sending" || note?.kind === "waiting") return setOutcome("not-copied");
    const written = note?.kind === "written" ? note : null;
    const text = written === null ? transcript : `${written.text}\n${transcript}`;
    tickets.writeNote(callId, text.slice(0, longestNote), written?.visibility ?? "internal");
    return setOutcome("copied");
  };
  return (
    <p className="la2-text-copy">
      <Button color="primary" outline size="xs" onClick={copy}>
        {t(hasNotes ? "text.copy" : "text.copy.clipboard")}
      </Button>
      <span role="status" className="la2-hint">
        {outcome !== "none" && t(`text.${outcome}`)}
      </span>
    </p>
  );
}
