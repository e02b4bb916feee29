import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { Message } from "../../ui/Message.tsx";
import { ticketOfPanel } from "../../domain/ticket/ticket-panel.ts";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { TariffBadge } from "../../ui/TariffBadge.tsx";
import type { TransferSteps } from "../../domain/transfer/transfer-steps.ts";

type Props = { steps: Extract<TransferSteps, { step: "confirming" }> };

/** Destination, ticket and cost, before anything is sent. */
export function ConfirmStep({ steps }: Props) {
  const { t, tOr } = useTexts();
  const { transfer } = useSoftphone();
  const ticket = ticketOfPanel(usePhone((phone) => phone.panels[steps.callId]));
  const { destination, explanation } = steps;
  return (
    <div>
      <div role="alert">
        {steps.problem !== null && <Message color="danger">{tOr(steps.problem, "transfer.refusal.unknown")}</Message>}
      </div>
      <dl className="la2-summary">
        <div>
          <dt>{t("transfer.destination")}</dt>
          <dd>
            <strong>{destination.label}</strong>
          </dd>
        </div>
        <div>
          <dt>{t("transfer.ticket")}</dt>
          <dd>
            {ticket === null ? t("transfer.ticket.none") : `${ticket.localTicketId} · ${ticket.subject}`}
            {ticket !== null && destination.target.kind === "number" && ` (${t("transfer.ticket.stays")})`}
          </dd>
        </div>
        <div>
          <dt>{t("transfer.cost")}</dt>
          <dd>
            <TariffBadge tariff={destination.tariff} />
          </dd>
        </div>
        <div>
          <dt>{t("transfer.reason")}</dt>
          <dd>{t(`reason.${explanation.reason}`)}</dd>
        </div>
        {explanation.message !== "" && (
          <div>
            <dt>{t("transfer.message")}</dt>
            <dd className="la2-prewrap">{explanation.message}</dd>
          </div>
        )}
      </dl>
      <div className="la2-steps">
        <Button color="primary" autoFocus onClick={() => void transfer.confirm()}>
          {t("transfer.go")}
        </Button>
        <Button color="primary" outline onClick={() => void transfer.confirm("attended")}>
          {t("transfer.consult")}
        </Button>
        <Button color="primary" outline onClick={() => transfer.back()}>
          {t("transfer.back")}
        </Button>
      </div>
    </div>
  );
}
