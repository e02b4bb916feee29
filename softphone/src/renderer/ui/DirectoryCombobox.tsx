/**
 * Search field with a list of offices and operators (ARIA combobox with a listbox that is always shown). Arrow keys move, Enter chooses;
 * what cannot be chosen says why.
 */
import { useId, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import { useTexts } from "../i18n/language.ts";
import { toChoices } from "./directory-choices.ts";
import { Icon } from "./Icon.tsx";
import { OperatorStateBadge } from "./OperatorStateBadge.tsx";
import { TariffBadge } from "./TariffBadge.tsx";
import { useDirectory } from "./use-directory.ts";
import type { Choice } from "./directory-choices.ts";
import type { Destination } from "../domain/transfer/transfer-steps.ts";

type Props = { ownLogin: string; initialText: string; choose: (destination: Destination) => void };

export function DirectoryCombobox({ ownLogin, initialText, choose }: Props) {
  const { t } = useTexts();
  const listId = useId();
  const [text, setText] = useState(initialText);
  const [active, setActive] = useState(0);
  const search = useDirectory(text);
  const list = useRef<HTMLUListElement>(null);
  const choices = search.kind === "found" ? toChoices(search.directory, ownLogin) : [];
  const activeIndex = Math.min(active, choices.length - 1);
  const current = choices[activeIndex];

  const move = (step: number): void => {
    if (choices.length === 0) return;
    const next = (activeIndex + step + choices.length) % choices.length;
    setActive(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && current?.isChoosable === true) choose(current.destination);
    else return;
    event.preventDefault();
  };

  return (
    <div className="la2-picker">
      <label htmlFor={`${listId}-input`}>{t("transfer.choose")}</label>
      <div className="la2-search">
        <Icon name="search" />
        <input
          id={`${listId}-input`}
          className="form-control"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={listId}
          aria-describedby={`${listId}-hint`}
          aria-activedescendant={current === undefined ? undefined : `${listId}-${current.key}`}
          autoComplete="off"
          autoFocus
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <p id={`${listId}-hint`} className="la2-hint">
        {t("transfer.choose.hint")}
      </p>
      <ul id={listId} ref={list} role="listbox" aria-label={t("directory.title")} className="la2-choices">
        {choices.map((choice, index) => (
          <ChoiceRow
            key={choice.key}
            id={`${listId}-${choice.key}`}
            choice={choice}
            isActive={index === activeIndex}
            choose={() => choose(choice.destination)}
          />
        ))}
      </ul>
      <p role="status" className="la2-hint">
        {search.kind === "searching" && t("directory.loading")}
        {search.kind === "away" && t("directory.away")}
        {search.kind === "found" &&
          (choices.length === 0 ? t("directory.empty") : t("directory.results", { count: choices.length }))}
      </p>
    </div>
  );
}

type RowProps = { id: string; choice: Choice; isActive: boolean; choose: () => void };

function iconOf({ destination }: Choice) {
  return ({ office: "pa", operator: "user", number: "telephone" } as const)[destination.target.kind];
}

function ChoiceRow({ id, choice, isActive, choose }: RowProps) {
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
