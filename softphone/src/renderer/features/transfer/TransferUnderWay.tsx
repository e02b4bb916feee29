import { targetName } from "../../domain/office/office-now.ts";
import { Spinner } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";

import { usePhone } from "../../ui/softphone-context.tsx";
import type { MyPart } from "../../domain/call/call.ts";
import type { TransferPhase, TransferSteps } from "../../domain/transfer/transfer-steps.ts";

type Props = { phase: TransferPhase; steps: TransferSteps; part: MyPart | undefined };

/** Sending, calling, ringing, cancelling: one line that is announced as it changes. */
export function TransferUnderWay({ phase, steps, part }: Props) {
  const { t } = useTexts();
  const destination = useDestinationText(steps, part);
  return (
    <p role="status" className="la2-progress">
      <Spinner active small />
      <span>{phaseText(phase, destination, t)}</span>
    </p>
  );
}

function phaseText(phase: TransferPhase, destination: string, t: ReturnType<typeof useTexts>["t"]): string {
  switch (phase) {
    case "sending":
      return t("transfer.phase.sending");
    case "calling":
      return t("transfer.phase.calling", { destination });
    case "ringing":
      return t("transfer.phase.ringing", { destination });
    case "cancelling":
      return t("transfer.phase.cancelling");
    case "transferred":
      return t("transfer.phase.transferred", { destination });
    case "consulting":
    case "none":
    case "choosing":
    case "explaining":
    case "confirming":
    case "returned":
      return "";
  }
}

/** The name chosen here; after a reload only the target is known. */
export function useDestinationText(steps: TransferSteps, part: MyPart | undefined): string {
  const office = usePhone((phone) => phone.office);
  if ("destination" in steps && steps.destination !== null) return steps.destination.label;
  if (part?.kind !== "transferring") return "";
  return targetName(part.progress.target, office);
}
