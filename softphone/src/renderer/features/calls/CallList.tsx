import type { ReactNode } from "react";
import { useTexts } from "../../i18n/language.ts";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone } from "../../ui/softphone-context.tsx";
import { CallCard } from "./CallCard.tsx";
import type { CallEntry } from "../../domain/call/call.ts";

type Props = {
  ticketStrip: (entry: CallEntry) => ReactNode;
  transferPanel: (entry: CallEntry) => ReactNode;
  textPanel: (entry: CallEntry) => ReactNode;
};

/** Every call of this desk, in the order in which they came; none hides another. */
export function CallList({ ticketStrip, transferPanel, textPanel }: Props) {
  const { t } = useTexts();
  const calls = usePhone((phone) => phone.calls);
  return (
    <section aria-labelledby="calls-title" data-calls={calls.length}>
      <h2 id="calls-title" className="la2-title">
        {t("calls.title")}
      </h2>
      {calls.length === 0 && <NoCalls />}
      {calls.map((entry) => (
        <CallCard
          key={entry.callId}
          entry={entry}
          ticketStrip={ticketStrip(entry)}
          transferPanel={transferPanel(entry)}
          textPanel={textPanel(entry)}
        />
      ))}
    </section>
  );
}

function NoCalls() {
  const { t } = useTexts();
  const operatorState = usePhone((phone) => phone.operatorState);
  const hint =
    operatorState === "available"
      ? "calls.none.available"
      : operatorState === "away"
        ? "calls.none.away"
        : "calls.none.other";
  return (
    <div className="la2-empty">
      <Icon name="telephone" size="" />
      <p className="la2-empty-title">{t("calls.none")}</p>
      <p>{t(hint)}</p>
    </div>
  );
}
