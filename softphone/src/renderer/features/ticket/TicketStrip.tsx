import { useEffect } from "react";
import { useTexts } from "../../i18n/language.ts";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { useSlowSearch } from "../../ui/use-slow-search.ts";
import type { ShownTicket } from "../../domain/ticket/ticket-panel.ts";

/** The call's ticket on its card, before the answer: what a glance needs. */
export function TicketStrip({ callId }: { callId: string }) {
  const { t } = useTexts();
  const { tell } = useSoftphone();
  const panel = usePhone((phone) => phone.panels[callId]);
  const crmLink = usePhone((phone) => phone.links.crm);
  const hasCrm = usePhone((phone) => phone.session.kind === "signed-in" && phone.session.session.crmBasePath !== null);
  const shown: ShownTicket = panel?.shown ?? { kind: "searching" };
  const ticketId = shown.kind === "ticket" ? shown.ticket.ticketId : shown.kind === "pending" ? shown.ticketId : null;
  const isSlow = useSlowSearch(shown.kind === "searching");
  const state = shown.kind === "searching" && (isSlow || crmLink === "lost") ? "away" : shown.kind;
  const revision = panel?.revision ?? 0;
  useEffect(() => {
    if (revision > 0) tell("la2-screen-pop", { callId, ticketId, state, revision });
  }, [tell, callId, ticketId, state, revision]);
  if (!hasCrm) return null;
  return (
    <div
      className={`la2-strip la2-strip-${state}`}
      data-ticket-strip={callId}
      data-ticket-id={ticketId ?? ""}
      data-ticket-state={state}
    >
      <Icon name={state === "ticket" ? "note" : state === "new" ? "plus-circle" : "clock"} />
      <div className="la2-strip-text">
        <StripText shown={shown} isAway={state === "away"} />
      </div>
      <span className="visually-hidden">{t("ticket.title")}</span>
    </div>
  );
}

function StripText({ shown, isAway }: { shown: ShownTicket; isAway: boolean }) {
  const { t } = useTexts();
  switch (shown.kind) {
    case "ticket":
      return (
        <>
          <strong>
            {t("ticket.of", { number: shown.ticket.localTicketId })} · {shown.ticket.subject}
          </strong>
          <span className="la2-hint">
            {t(`ticket.why.${shown.why}`)} · {t(`ticket.status.${shown.ticket.status}`)}
          </span>
        </>
      );
    case "pending":
      return (
        <>
          <strong>{t("ticket.pending")}</strong>
          <span className="la2-hint">{t("ticket.pending.text")}</span>
        </>
      );
    case "new":
      return <strong>{t("ticket.new.none")}</strong>;
    case "searching":
      return (
        <>
          <strong>{t(isAway ? "ticket.away" : "ticket.searching")}</strong>
          <span className="la2-hint">{t(isAway ? "ticket.away.text" : "ticket.searching.text")}</span>
        </>
      );
  }
}
