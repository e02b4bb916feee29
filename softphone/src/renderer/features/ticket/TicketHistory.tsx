import { useTexts } from "../../i18n/language.ts";
import { meaningOfEntry } from "../../domain/ticket/entry-meaning.ts";
import { momentText } from "../../ui/time-text.ts";
import type { Ticket, TicketEntry } from "../../domain/ticket/ticket.ts";

/** The ticket's life, newest first. Notes marked internal never leave the office. */
export function TicketHistory({ ticket }: { ticket: Ticket }) {
  const { t, language } = useTexts();
  const entries = [...ticket.events].sort((one, other) => other.seq - one.seq);
  return (
    <details className="la2-details" open>
      <summary>
        {t("ticket.history")} ({entries.length})
      </summary>
      {entries.length === 0 && <p className="la2-hint">{t("ticket.history.none")}</p>}
      {/* It scrolls when it is long: the keyboard must reach it. */}
      <ol className="la2-history" tabIndex={0} aria-label={t("ticket.history")}>
        {entries.map((entry) => (
          <li key={entry.eventId}>
            <p className="la2-hint">
              {momentText(entry.at, language)} · {t(`actor.${entry.actor.role}`)}
              {entry.actor.operatorRef !== null && ` ${entry.actor.operatorRef}`}
              {entry.actor.officeId !== ticket.ownerOfficeId && ` (${entry.actor.officeId})`}
              {entry.visibility === "internal" && ` · ${t("ticket.internal")}`}
            </p>
            <EntryText ticket={ticket} entry={entry} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function EntryText({ ticket, entry }: { ticket: Ticket; entry: TicketEntry }) {
  const { t, tOr } = useTexts();
  const meaning = meaningOfEntry(entry, ticket);
  const title = tOr(`ticket.event.${entry.type}`, "ticket.event.other");
  switch (meaning.kind) {
    case "delivered-elsewhere":
      return (
        <p>
          {t("hand-over.delivered")}, {t("hand-over.their-number", { number: meaning.theirNumber })}
        </p>
      );
    case "call-failed":
      return (
        <p>
          {title}: {t(`transfer.failure.${meaning.cause}`)}
        </p>
      );
    case "rated":
      return (
        <p>
          {title}: {t(`ticket.rating.${meaning.rating}`)}
        </p>
      );
    case "plain":
      return (
        <>
          <p>{title}</p>
          {meaning.text !== null && <p className="la2-prewrap">{meaning.text}</p>}
        </>
      );
  }
}
