import { useEffect } from "react";
import { useTexts } from "../../i18n/language.ts";
import { callerOf, cardStateOf } from "../../domain/call/call.ts";
import { callerLine, originText } from "../../ui/caller-text.ts";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import type { CallEntry } from "../../domain/call/call.ts";
import type { Texts } from "../../i18n/language.ts";

/** Says an incoming call once, assertively, and rings. Only words change here: the focus stays where the operator works. */
export function RingAnnouncer() {
  const { t } = useTexts();
  const { setRinging } = useSoftphone();
  const calls = usePhone((phone) => phone.calls);
  const ringing = calls.find((entry) => cardStateOf(entry) === "ringing");
  const others = calls.some((entry) => entry !== ringing && ["talking", "held"].includes(cardStateOf(entry)));
  const caller = ringing === undefined ? null : callerLine(callerOf(ringing), t);
  useEffect(() => {
    setRinging(caller === null ? null : { text: caller });
    return () => setRinging(null);
  }, [caller, setRinging]);
  return (
    <>
      <div aria-live="assertive" aria-atomic="true" className="visually-hidden" data-announcer="ring">
        {ringing !== undefined && ringText(ringing, others, t)}
      </div>
      <div aria-live="polite" aria-atomic="true" className="visually-hidden" data-announcer="ticket">
        {ringing !== undefined && <TicketWords callId={ringing.callId} />}
      </div>
    </>
  );
}

/** Said after the ring, when the ticket is there: before the operator answers, as it is seen. */
function TicketWords({ callId }: { callId: string }) {
  const { t } = useTexts();
  const shown = usePhone((phone) => phone.panels[callId]?.shown);
  if (shown?.kind === "pending") return t("ticket.pending");
  if (shown?.kind === "new") return t("ticket.new.none");
  if (shown?.kind !== "ticket") return null;
  const { localTicketId, subject } = shown.ticket;
  return `${t("ticket.of", { number: localTicketId })}: ${subject}. ${t(`ticket.why.${shown.why}`)}.`;
}

function ringText(ringing: CallEntry, others: boolean, t: Texts["t"]): string {
  const caller = callerLine(callerOf(ringing), t);
  if ((ringing.box?.called ?? null) !== null) return t("recall.announce", { operator: caller });
  return t(others ? "card.announce.second" : "card.announce", { caller, where: whereText(ringing, t) });
}

function whereText(entry: CallEntry, t: Texts["t"]): string {
  const { queue = null, transferredFrom = null } = entry.box?.call ?? {};
  const via = queue === null ? t("card.no-queue") : t("card.queue-named", { queue: queue.label });
  if (transferredFrom === null) return via;
  return `${originText(transferredFrom, t)}, ${via}`;
}
