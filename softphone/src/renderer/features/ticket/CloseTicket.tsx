import { useId, useState } from "react";
import type { FormEvent } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { Message } from "../../ui/Message.tsx";
import { ticketOutcomes } from "../../domain/ticket/ticket.ts";
import { useSoftphone } from "../../ui/softphone-context.tsx";
import type { TicketOutcome } from "../../domain/ticket/ticket.ts";

/** Closing at first contact: the answer given and the outcome. */
export function CloseTicket({ callId }: { callId: string }) {
  const { t } = useTexts();
  const { tickets } = useSoftphone();
  const id = useId();
  const [answer, setAnswer] = useState("");
  const [outcome, setOutcome] = useState<TicketOutcome>("answered");
  const [progress, setProgress] = useState<"idle" | "busy" | "failed">("idle");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (progress === "busy" || answer.trim() === "") return;
    setProgress("busy");
    const closed = await tickets.close(callId, answer.trim(), outcome);
    setProgress(closed.ok ? "idle" : "failed");
  };
  return (
    <details className="la2-details">
      <summary>{t("ticket.close")}</summary>
      <form onSubmit={(event) => void submit(event)}>
        <div role="alert">{progress === "failed" && <Message color="danger">{t("ticket.close.problem")}</Message>}</div>
        <div className="la2-field">
          <label htmlFor={`${id}-outcome`}>{t("ticket.close.outcome")}</label>
          <select
            id={`${id}-outcome`}
            className="form-select"
            value={outcome}
            onChange={(event) => setOutcome(ticketOutcomes.find((one) => one === event.target.value) ?? "answered")}
          >
            {ticketOutcomes.map((one) => (
              <option key={one} value={one}>
                {t(`outcome.${one}`)}
              </option>
            ))}
          </select>
        </div>
        <div className="la2-field">
          <label htmlFor={`${id}-answer`}>{t("ticket.close.answer")}</label>
          <textarea
            id={`${id}-answer`}
            className="form-control"
            rows={2}
            required
            maxLength={8000}
            value={answer}
            onChange={(event) => setAnswer(event.target.value)}
          />
        </div>
        <Button color="primary" size="xs" type="submit" disabled={progress === "busy"}>
          {t("ticket.close.submit")}
        </Button>
      </form>
    </details>
  );
}
