import { useId, useState } from "react";
import type { FormEvent } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { useSoftphone } from "../../ui/softphone-context.tsx";
import type { TicketBrief } from "../../domain/ticket/ticket.ts";

type Props = { callId: string; others: readonly TicketBrief[]; canCreate: boolean };
type Found = "not-searched" | "away" | readonly TicketBrief[];

/** The caller's other open tickets, a search, and the way to a new one. */
export function OtherTickets({ callId, others, canCreate }: Props) {
  const { t } = useTexts();
  const { tickets } = useSoftphone();
  const id = useId();
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found>("not-searched");
  const search = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() === "") return;
    const answer = await tickets.search(text.trim());
    setFound(answer.ok ? answer.value : "away");
  };
  return (
    <>
      {others.length > 0 && (
        <>
          <h3 className="la2-subtitle">{t("ticket.others")}</h3>
          <BriefList callId={callId} briefs={others} />
        </>
      )}
      <details className="la2-details">
        <summary>{t("ticket.find")}</summary>
        <form className="la2-find" onSubmit={(event) => void search(event)}>
          <label htmlFor={`${id}-find`}>{t("ticket.find.label")}</label>
          <div className="la2-find-row">
            <input
              id={`${id}-find`}
              type="search"
              className="form-control"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <Button color="primary" outline size="xs" type="submit">
              {t("ticket.find.submit")}
            </Button>
          </div>
        </form>
        <div role="status">
          {found === "away" && <p>{t("ticket.away")}</p>}
          {Array.isArray(found) && found.length === 0 && <p>{t("ticket.find.none")}</p>}
        </div>
        {typeof found !== "string" && <BriefList callId={callId} briefs={found} />}
        {canCreate && (
          <Button color="primary" outline size="xs" onClick={() => tickets.startNew(callId)}>
            {t("ticket.create-other")}
          </Button>
        )}
      </details>
    </>
  );
}

function BriefList({ callId, briefs }: { callId: string; briefs: readonly TicketBrief[] }) {
  const { t } = useTexts();
  const { tickets } = useSoftphone();
  return (
    <ul className="la2-choices">
      {briefs.map((brief) => (
        <li key={brief.ticketId} className="la2-choice" data-ticket-brief={brief.ticketId}>
          <span className="la2-choice-text">
            <span className="la2-choice-name">
              {brief.localTicketId} · {brief.subject}
            </span>
            <span className="la2-hint">
              {t(`ticket.status.${brief.status}`)} · {t(`ticket.role.${brief.ourRole}`)}
            </span>
          </span>
          <Button
            color="primary"
            outline
            size="xs"
            aria-label={`${t("ticket.use")}: ${brief.localTicketId}`}
            onClick={() => void tickets.open(callId, brief.ticketId)}
          >
            {t("ticket.use")}
          </Button>
        </li>
      ))}
    </ul>
  );
}
