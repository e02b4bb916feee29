/** Text beside the voice: two voices clearly apart, letter by letter, and a field that writes the same way (EN 301 549 clause 6.2). */
import { useEffect, useRef } from "react";
import type { KeyboardEvent } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { hasText } from "../../domain/text/call-text.ts";
import { ownLine } from "../../domain/text/turns.ts";
import { Icon } from "../../ui/Icon.tsx";
import { ariaShortcut } from "../../ui/shortcuts.ts";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { CopyText } from "./CopyText.tsx";
import { TextAnnouncer } from "./TextAnnouncer.tsx";
import { TextTurns } from "./TextTurns.tsx";
import type { CallEntry } from "../../domain/call/call.ts";
import type { CallText } from "../../domain/text/call-text.ts";

export function TextPanel({ entry }: { entry: CallEntry }) {
  const { callId } = entry;
  const text = usePhone((phone) => phone.texts[callId]);
  if (text === undefined || !hasText(text)) return null;
  return (
    <section className="la2-text" data-text-channel={text.channel} data-text-view={text.view.kind}>
      <TextAnnouncer turns={text.turns} />
      <TextToggle callId={callId} view={text.view} />
      {text.view.kind === "open" && <OpenText callId={callId} text={text} isOver={entry.endedAtMs !== null} />}
    </section>
  );
}

function TextToggle({ callId, view }: { callId: string; view: CallText["view"] }) {
  const { t } = useTexts();
  const { texts } = useSoftphone();
  const isOpen = view.kind === "open";
  return (
    <Button
      color="primary"
      outline
      size="xs"
      aria-expanded={isOpen}
      aria-keyshortcuts={ariaShortcut("text")}
      onClick={() => (isOpen ? texts.close(callId) : texts.open(callId))}
    >
      <Icon name="comment" className="icon-primary" />
      <span>{t(isOpen ? "text.close" : "text.open")}</span>
    </Button>
  );
}

function OpenText({ callId, text, isOver }: { callId: string; text: CallText; isOver: boolean }) {
  const { t } = useTexts();
  const { turns, channel, isRead, problem } = text;
  const titleId = `text-${callId}`;
  return (
    <div role="group" aria-labelledby={titleId}>
      <h4 id={titleId} className="la2-subtitle">
        {t("text.title")}
      </h4>
      <TextTurns turns={turns} />
      {!isOver && isRead === "later" && channel !== "none" && (
        <p role="status" className="la2-hint la2-hint-icon">
          <Icon name="clock" />
          <span>{t("text.later")}</span>
        </p>
      )}
      {!isOver && channel === "none" && <p role="status">{t("text.none")}</p>}
      {!isOver && <TextField callId={callId} text={text} />}
      {problem !== null && !isOver && (
        <p role="alert" className="la2-text-problem">
          {t(`text.problem.${problem}`)}
        </p>
      )}
      {turns.length > 0 && <CopyText callId={callId} turns={turns} />}
    </div>
  );
}

function TextField({ callId, text }: { callId: string; text: CallText }) {
  const { t } = useTexts();
  const { texts } = useSoftphone();
  const box = usePhone((phone) => phone.links.box);
  const field = useRef<HTMLTextAreaElement>(null);
  const openedBy = text.view.kind === "open" ? text.view.by : "text";
  useEffect(() => {
    if (openedBy === "operator") field.current?.focus();
  }, [openedBy]);
  const line = ownLine(text.turns);
  const isWritable = text.channel !== "none" && text.isRead === "now" && box === "connected";
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (isWritable) texts.write(callId, `${line}\n`);
  };
  return (
    <div className="la2-text-field">
      <label htmlFor={`text-field-${callId}`}>{t("text.field")}</label>
      <textarea
        id={`text-field-${callId}`}
        ref={field}
        className="form-control"
        rows={2}
        dir="auto"
        data-text-field={callId}
        // The focus stays when the citizen is put on hold for a moment.
        readOnly={!isWritable}
        aria-describedby={`text-hint-${callId}`}
        value={line}
        onKeyDown={onKeyDown}
        onChange={(event) => texts.write(callId, event.target.value)}
      />
      <p id={`text-hint-${callId}`} className="la2-hint">
        {t("text.field.hint")}
      </p>
    </div>
  );
}
