import { useId } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { ticketOfPanel } from "../../domain/ticket/ticket-panel.ts";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import type { NoteDraft } from "../../domain/ticket/ticket-panel.ts";

/** Notes while talking. Every keystroke is kept; a note that cannot be sent waits and is sent once, under the same id. */
export function NoteEditor({ callId }: { callId: string }) {
  const { t } = useTexts();
  const { tickets } = useSoftphone();
  const id = useId();
  const panel = usePhone((phone) => phone.panels[callId]);
  const note: NoteDraft = panel?.note ?? { kind: "empty" };
  const hasTicket = ticketOfPanel(panel) !== null;
  const isBusy = note.kind === "sending" || note.kind === "waiting";
  const text = "text" in note ? note.text : "";
  const visibility = "visibility" in note ? note.visibility : "shared";
  return (
    <div className="la2-note" data-note-state={note.kind}>
      <label htmlFor={`${id}-text`}>{t("ticket.note")}</label>
      <textarea
        id={`${id}-text`}
        className="form-control"
        rows={3}
        maxLength={8000}
        readOnly={isBusy}
        aria-describedby={`${id}-hint`}
        value={text}
        onChange={(event) => tickets.writeNote(callId, event.target.value, visibility)}
      />
      <p id={`${id}-hint`} className="la2-hint">
        {t("ticket.note.hint")}
      </p>
      <div className="la2-note-row">
        <label className="la2-check">
          <input
            type="checkbox"
            disabled={isBusy || text === ""}
            checked={visibility === "internal"}
            onChange={(event) => tickets.writeNote(callId, text, event.target.checked ? "internal" : "shared")}
          />
          {t("ticket.note.internal")}
        </label>
        <span role="status" className="la2-hint">
          {note.kind !== "empty" && t(`ticket.note.${note.kind}`)}
        </span>
        <Button
          color="primary"
          outline
          size="xs"
          disabled={text.trim() === "" || note.kind === "sending" || !hasTicket}
          onClick={() => void tickets.sendNote(callId)}
        >
          {t("ticket.note.add")}
        </Button>
      </div>
    </div>
  );
}
