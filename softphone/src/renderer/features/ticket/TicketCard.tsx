import { useTexts } from "../../i18n/language.ts";
import { isClosed } from "../../domain/ticket/ticket.ts";
import { formatPhoneNumber } from "../../domain/call/format-phone-number.ts";
import { Icon } from "../../ui/Icon.tsx";
import type { ShownTicket } from "../../domain/ticket/ticket-panel.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";

type Why = Extract<ShownTicket, { kind: "ticket" }>["why"];

export function TicketCard({ ticket, why }: { ticket: Ticket; why: Why }) {
  const { t, topic } = useTexts();
  const requester = requesterText(ticket);
  return (
    <>
      <p className="la2-ticket-chips">
        <span className="la2-chip la2-chip-busy">{t(`ticket.why.${why}`)}</span>
        <span className={`la2-chip la2-chip-${isClosed(ticket) ? "quiet" : "good"}`} data-ticket-status={ticket.status}>
          {t(`ticket.status.${ticket.status}`)}
        </span>
        <span className="la2-chip la2-chip-quiet" data-ticket-role={ticket.ourRole}>
          {t(`ticket.role.${ticket.ourRole}`)}
        </span>
        {ticket.priority === "urgent" && <span className="la2-chip la2-chip-bad">{t("ticket.urgent")}</span>}
      </p>
      <h3 className="la2-ticket-subject">{ticket.subject}</h3>
      {ticket.description !== "" && <p className="la2-prewrap">{ticket.description}</p>}
      <dl className="la2-facts la2-facts-wide">
        <div>
          <dt>{t("ticket.topic")}</dt>
          <dd>
            {topic(ticket.topic.category)}
            {ticket.topic.area !== undefined && `, ${ticket.topic.area}`}
          </dd>
        </div>
        <div>
          <dt>{t("ticket.form.reason")}</dt>
          <dd>{t(`contact-reason.${ticket.contactReason}`)}</dd>
        </div>
        {requester !== "" && (
          <div>
            <dt>{t("ticket.requester")}</dt>
            <dd>{requester}</dd>
          </div>
        )}
        <div>
          <dt>{t("ticket.public-code")}</dt>
          <dd>{ticket.publicCode}</dd>
        </div>
        {ticket.originLocalTicketId !== null && (
          <div>
            <dt>{t("ticket.origin-number")}</dt>
            <dd>
              {ticket.originLocalTicketId} ({ticket.originOfficeId})
            </dd>
          </div>
        )}
      </dl>
      {ticket.url !== null && (
        <p>
          <a href={ticket.url} target="_blank" rel="noopener noreferrer">
            {t("ticket.open-in-crm")} <span className="visually-hidden">({t("ticket.opens-new-page")})</span>
            <Icon name="external-link" size="xs" />
          </a>
        </p>
      )}
    </>
  );
}

function requesterText(ticket: Ticket): string {
  const { givenName, familyName, phone, email } = ticket.requester ?? {};
  const name = [givenName, familyName].filter((part) => part !== undefined).join(" ");
  return [name, phone === undefined ? "" : formatPhoneNumber(phone), email ?? ""]
    .filter((part) => part !== "")
    .join(" · ");
}
