import { useTexts } from "../../i18n/language.ts";
import { callerOf } from "../../domain/call/call.ts";
import { findEntry } from "../../domain/call/apply-calls-event.ts";
import { isClosed, keptBy } from "../../domain/ticket/ticket.ts";
import { usePhone } from "../../ui/softphone-context.tsx";
import { useSlowSearch } from "../../ui/use-slow-search.ts";
import { CloseTicket } from "./CloseTicket.tsx";
import { NewTicketForm } from "./NewTicketForm.tsx";
import { NoteEditor } from "./NoteEditor.tsx";
import { OtherTickets } from "./OtherTickets.tsx";
import { TicketCard } from "./TicketCard.tsx";
import { TicketHistory } from "./TicketHistory.tsx";
import type { ShownTicket } from "../../domain/ticket/ticket-panel.ts";

/** The ticket of the selected call. Changes here are polite: nothing moves the focus, a note being written goes on. */
export function TicketPanel({ callId }: { callId: string }) {
  const { t } = useTexts();
  const panel = usePhone((phone) => phone.panels[callId]);
  const entry = usePhone((phone) => findEntry(phone.calls, callId));
  const crmLink = usePhone((phone) => phone.links.crm);
  const hasCrm = usePhone((phone) => phone.session.kind === "signed-in" && phone.session.session.crmBasePath !== null);
  const shown: ShownTicket = panel?.shown ?? { kind: "searching" };
  const ticketId = shown.kind === "ticket" ? shown.ticket.ticketId : shown.kind === "pending" ? shown.ticketId : null;
  const keeper = shown.kind === "ticket" ? keptBy(shown.ticket) : null;
  const isSlow = useSlowSearch(shown.kind === "searching");
  const state = shown.kind === "searching" && (isSlow || crmLink === "lost") ? "away" : shown.kind;
  const hasNote = panel !== undefined && "text" in panel.note;
  const caller = entry === undefined ? null : callerOf(entry);
  return (
    <section
      className="la2-panel"
      aria-labelledby="ticket-title"
      data-ticket-panel={callId}
      data-ticket-id={ticketId ?? ""}
      data-ticket-state={state}
    >
      <h2 id="ticket-title" className="la2-title">
        {shown.kind === "ticket" ? t("ticket.of", { number: shown.ticket.localTicketId }) : t("ticket.title")}
      </h2>
      {!hasCrm && <p>{t("ticket.none-service")}</p>}
      {hasCrm && (
        <>
          <div role="status">
            {shown.kind === "searching" && <Waiting kind={state === "away" ? "away" : "searching"} />}
            {shown.kind === "pending" && <Waiting kind="pending" />}
            {keeper !== null && <p className="la2-notice">{t("ticket.stays-there", { office: keeper })}</p>}
          </div>
          {shown.kind === "ticket" && <TicketCard ticket={shown.ticket} why={shown.why} />}
          {/* Also while the ticket is looked for: what the citizen says does not wait. */}
          {(shown.kind !== "new" || hasNote) && <NoteEditor callId={callId} />}
          {shown.kind === "ticket" && <TicketHistory ticket={shown.ticket} />}
          {shown.kind === "ticket" && shown.ticket.ourRole === "owner" && !isClosed(shown.ticket) && (
            <CloseTicket callId={callId} />
          )}
          {shown.kind === "new" && (
            <NewTicketForm
              callId={callId}
              phone={shown.phone ?? caller?.number ?? null}
              displayName={shown.displayName ?? caller?.displayName ?? null}
            />
          )}
          <OtherTickets callId={callId} others={panel?.others ?? []} canCreate={shown.kind !== "new"} />
        </>
      )}
    </section>
  );
}

function Waiting({ kind }: { kind: "searching" | "pending" | "away" }) {
  const { t } = useTexts();
  return (
    <div className="la2-waiting">
      <p className="la2-empty-title">{t(`ticket.${kind}`)}</p>
      <p>{t(`ticket.${kind}.text`)}</p>
    </div>
  );
}
