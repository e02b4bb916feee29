import { useTexts } from "../../i18n/language.ts";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";

/** Calls given away: the operator is free, the ticket's journey can still be followed. */
export function FollowUps({ showTicket }: { showTicket: (callId: string) => void }) {
  const { t } = useTexts();
  const { dismiss } = useSoftphone();
  const followUps = usePhone((phone) => phone.followUps);
  const handOvers = usePhone((phone) => phone.handOvers);
  if (followUps.length === 0) return null;
  return (
    <section aria-labelledby="follow-ups-title">
      <h3 id="follow-ups-title" className="la2-subtitle">
        {t("follow-up.title")}
      </h3>
      {followUps.map((note) => {
        const handOver = handOvers[note.transferId];
        return (
          <div
            key={note.transferId}
            className="la2-notice"
            data-follow-up={note.transferId}
            data-hand-over={handOver?.status ?? "none"}
          >
            <Icon name="check-circle" className="icon-success" />
            <span className="la2-notice-text">
              <strong>{t("follow-up.transferred", { destination: note.destinationLabel })}</strong>
              {": "}
              {note.ticketId === null ? (
                t("follow-up.no-ticket")
              ) : (
                <button type="button" className="la2-link" onClick={() => showTicket(note.callId)}>
                  {t("follow-up.ticket", { ticket: note.ticketCode ?? note.ticketId.slice(-6) })}
                </button>
              )}
              {note.ticketId !== null && (
                <span className="la2-hint d-block">
                  {t(`hand-over.${handOver?.status ?? "none"}`)}
                  {handOver?.targetLocalTicketId !== null &&
                    handOver?.targetLocalTicketId !== undefined &&
                    ` (${t("hand-over.their-number", { number: handOver.targetLocalTicketId })})`}
                </span>
              )}
            </span>
            <button
              type="button"
              className="la2-icon-button"
              aria-label={t("follow-up.dismiss")}
              onClick={() => dismiss({ type: "follow-up-dismissed", transferId: note.transferId })}
            >
              <Icon name="close" />
            </button>
          </div>
        );
      })}
    </section>
  );
}
