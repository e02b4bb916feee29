/** One destination in the list of a picker: name, what it is, and whether it can be reached. */
import { useTexts } from "../i18n/language.ts";
import { Icon } from "./Icon.tsx";
import { OperatorStateBadge } from "./OperatorStateBadge.tsx";
import { TariffBadge } from "./TariffBadge.tsx";
import type { Choice } from "./directory-choices.ts";

type RowProps = { id: string; choice: Choice; isActive: boolean; choose: () => void };

function iconOf({ destination }: Choice) {
  return ({ office: "pa", operator: "user", number: "telephone" } as const)[destination.target.kind];
}

export function ChoiceRow({ id, choice, isActive, choose }: RowProps) {
  const { t } = useTexts();
  return (
    <li
      id={id}
      role="option"
      aria-selected={isActive}
      aria-disabled={!choice.isChoosable}
      className={isActive ? "la2-choice la2-choice-active" : "la2-choice"}
      data-choice={choice.key}
      onClick={() => {
        if (choice.isChoosable) choose();
      }}
    >
      <Icon name={iconOf(choice)} />
      <span className="la2-choice-text">
        <span className="la2-choice-name">{choice.destination.label}</span>
        {choice.detail !== "" && <span className="la2-hint">{choice.detail}</span>}
      </span>
      <span className="la2-choice-badges">
        {choice.operatorState !== null && <OperatorStateBadge state={choice.operatorState} />}
        {choice.openState !== null && (
          <span className={`la2-chip la2-chip-${choice.openState === "open" ? "good" : "quiet"}`}>
            <Icon name="clock" size="xs" />
            {t(`directory.open.${choice.openState}`)}
          </span>
        )}
        <TariffBadge tariff={choice.destination.tariff} />
      </span>
    </li>
  );
}
