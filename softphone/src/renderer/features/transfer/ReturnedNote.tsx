import { targetName } from "../../domain/office/office-now.ts";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { cardStateOf, isLive } from "../../domain/call/call.ts";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import type { CallEntry, TransferProgress } from "../../domain/call/call.ts";

type Props = { entry: CallEntry; returned: Extract<TransferProgress, { phase: "returned" }> };

/** The transfer did not happen and the citizen is back: why, and what next. A cancel by the operator needs no explanation. */
export function ReturnedNote({ entry, returned }: Props) {
  const { t } = useTexts();
  const { transfer } = useSoftphone();
  const label = usePhone((phone) => phone.destinationLabels[returned.transferId]);
  const office = usePhone((phone) => phone.office);
  if (returned.cause === "cancelled" || !isLive(entry)) return null;
  const state = cardStateOf(entry);
  // After a reload only the target is known.
  const destination = label ?? targetName(returned.target, office);
  return (
    <div role="alert" className="la2-returned" data-return-cause={returned.cause}>
      <p className="la2-origin-title">
        <Icon name="warning-circle" />
        <strong>{t("transfer.returned.title", { destination })}</strong>
      </p>
      <p>
        {t(`transfer.failure.${returned.cause}`)} {t("transfer.returned")}.
      </p>
      {(state === "talking" || state === "held") && (
        <Button color="primary" outline size="xs" onClick={() => void transfer.open(entry.callId)}>
          {t("transfer.retry")}
        </Button>
      )}
    </div>
  );
}
