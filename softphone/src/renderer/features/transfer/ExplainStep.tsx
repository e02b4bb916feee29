import { useId, useState } from "react";
import type { FormEvent } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { transferReasons } from "../../domain/call/call.ts";
import { useSoftphone } from "../../ui/softphone-context.tsx";
import type { TransferSteps } from "../../domain/transfer/transfer-steps.ts";

type Props = { steps: Extract<TransferSteps, { step: "explaining" }> };

export function ExplainStep({ steps }: Props) {
  const { t } = useTexts();
  const { transfer } = useSoftphone();
  const id = useId();
  const [reason, setReason] = useState(steps.explanation.reason);
  const [message, setMessage] = useState(steps.explanation.message);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    transfer.explain({ reason, message: message.trim() });
  };
  return (
    <form onSubmit={submit}>
      <p>
        {t("transfer.destination")}: <strong>{steps.destination.label}</strong>
      </p>
      <div className="la2-field">
        <label htmlFor={`${id}-reason`}>{t("transfer.reason")}</label>
        <select
          id={`${id}-reason`}
          className="form-select"
          autoFocus
          value={reason}
          onChange={(event) => {
            const chosen = transferReasons.find((known) => known === event.target.value);
            if (chosen !== undefined) setReason(chosen);
          }}
        >
          {transferReasons.map((known) => (
            <option key={known} value={known}>
              {t(`reason.${known}`)}
            </option>
          ))}
        </select>
      </div>
      <div className="la2-field">
        <label htmlFor={`${id}-message`}>{t("transfer.message")}</label>
        <textarea
          id={`${id}-message`}
          className="form-control"
          rows={3}
          maxLength={2000}
          aria-describedby={`${id}-hint`}
          value={message}
          onChange={(event) => setMessage(event.target.value)}
        />
        <p id={`${id}-hint`} className="la2-hint">
          {t("transfer.message.hint")}
        </p>
      </div>
      <div className="la2-steps">
        <Button color="primary" type="submit">
          {t("transfer.next")}
        </Button>
        <Button color="primary" outline onClick={() => transfer.back()}>
          {t("transfer.change")}
        </Button>
      </div>
    </form>
  );
}
