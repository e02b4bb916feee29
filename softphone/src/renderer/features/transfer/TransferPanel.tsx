/** The transfer on the call's own card: choose, explain, confirm, and how it goes. Cancel is there at every step. */
import { useRef } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { transferPhaseOf } from "../../domain/transfer/transfer-steps.ts";
import { toChoices } from "../../ui/directory-choices.ts";
import { DirectoryCombobox } from "../../ui/DirectoryCombobox.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { useKeptFocus } from "../../ui/use-kept-focus.ts";
import { Consultation } from "./Consultation.tsx";
import { ConfirmStep } from "./ConfirmStep.tsx";
import { ExplainStep } from "./ExplainStep.tsx";
import { ReturnedNote } from "./ReturnedNote.tsx";
import { TransferUnderWay, useDestinationText } from "./TransferUnderWay.tsx";
import type { CallEntry } from "../../domain/call/call.ts";

const stepNumbers = { choosing: 1, explaining: 2, confirming: 3 } as const;

export function TransferPanel({ entry }: { entry: CallEntry }) {
  const { t } = useTexts();
  const { transfer } = useSoftphone();
  const steps = usePhone((phone) => phone.transfer);
  const searchText = usePhone((phone) => phone.searchText);
  const ownLogin = usePhone((phone) =>
    phone.session.kind === "signed-in" ? phone.session.session.operator.login : "",
  );
  const heading = useRef<HTMLHeadingElement>(null);
  const part = entry.box?.myState;
  const last = entry.box?.lastTransfer ?? null;
  const phase = transferPhaseOf(entry.callId, steps, {
    underWay: part?.kind === "transferring" ? part.progress : null,
    last,
  });
  const consultation =
    phase === "consulting" && part?.kind === "transferring" && part.progress.phase === "consulting"
      ? part.progress
      : null;
  // Turning to somebody else replaces the button that did it.
  const focus = useKeptFocus(heading, `${phase} ${consultation?.talkingTo ?? ""}`);
  const destination = useDestinationText(steps, part);
  if (phase === "none" || phase === "transferred") return null;
  if (phase === "returned") return last?.phase === "returned" ? <ReturnedNote entry={entry} returned={last} /> : null;

  // A conversation between colleagues stays in the office.
  const isInternal = entry.box?.call.direction === "internal";
  const isMine = steps.step !== "closed" && steps.callId === entry.callId;
  const stepNumber = isMine && steps.step in stepNumbers ? stepNumbers[steps.step as keyof typeof stepNumbers] : null;
  return (
    <section className="la2-transfer" aria-labelledby={`transfer-${entry.callId}`} {...focus}>
      <h4 id={`transfer-${entry.callId}`} ref={heading} tabIndex={-1} className="la2-subtitle">
        {t("transfer.title")}
        {stepNumber !== null && <span className="la2-hint"> {t("transfer.step", { step: stepNumber })}</span>}
      </h4>
      {consultation === null && (
        <p className="la2-hint la2-hint-icon">
          <Icon name="clock" />
          <span>{t("transfer.held")}</span>
        </p>
      )}
      {isMine && steps.step === "choosing" && (
        <DirectoryCombobox
          label={t("transfer.choose")}
          hint={t("transfer.choose.hint")}
          initialText={searchText}
          list="always"
          choicesOf={(directory) => toChoices(isInternal ? { ...directory, offices: [] } : directory, ownLogin)}
          choose={(to) => transfer.choose(to)}
          field={{ autoFocus: true }}
        />
      )}
      {isMine && steps.step === "explaining" && <ExplainStep steps={steps} />}
      {isMine && steps.step === "confirming" && <ConfirmStep steps={steps} />}
      {consultation !== null && (
        <Consultation callId={entry.callId} talkingTo={consultation.talkingTo} destination={destination} />
      )}
      {stepNumber === null && consultation === null && <TransferUnderWay phase={phase} steps={steps} part={part} />}
      {phase !== "cancelling" && (
        <Button color="primary" outline className="la2-cancel" onClick={() => void transfer.cancel(entry.callId)}>
          {consultation?.talkingTo === "everybody" ? t("transfer.dismiss", { destination }) : t("transfer.cancel")}
        </Button>
      )}
    </section>
  );
}
