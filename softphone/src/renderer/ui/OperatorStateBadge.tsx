import { useTexts } from "../i18n/language.ts";
import { Icon } from "./Icon.tsx";
import type { OperatorState } from "../domain/session/session.ts";

const looks: Record<OperatorState, { tone: string; icon: string }> = {
  available: { tone: "good", icon: "check-circle" },
  away: { tone: "quiet", icon: "minus-circle" },
  "do-not-disturb": { tone: "bad", icon: "minus-circle" },
  "on-call": { tone: "busy", icon: "telephone" },
  ringing: { tone: "busy", icon: "horn" },
  "wrap-up": { tone: "busy", icon: "pencil" },
  unreachable: { tone: "bad", icon: "warning-circle" },
  "signed-out": { tone: "quiet", icon: "close-circle" },
};

/** An operator's state as word and icon; the colour only repeats it. */
export function OperatorStateBadge({ state }: { state: OperatorState }) {
  const { t } = useTexts();
  const look = looks[state];
  return (
    <span className={`la2-chip la2-chip-${look.tone}`} data-operator-state={state}>
      <Icon name={look.icon} size="xs" />
      {t(`operator-state.${state}`)}
    </span>
  );
}
