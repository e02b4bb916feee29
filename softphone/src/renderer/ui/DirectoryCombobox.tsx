/**
 * Search field with a list of numbers, offices and operators (ARIA combobox with a listbox). Arrow keys move, Enter chooses; what cannot be chosen says why. One
 * for transfers, whose list is always there, and for calls, whose list comes with the first letter.
 */
import { useEffect, useId, useRef, useState } from "react";
import type { InputHTMLAttributes, KeyboardEvent, ReactNode } from "react";
import { useTexts } from "../i18n/language.ts";
import { ChoiceRow } from "./ChoiceRow.tsx";
import { Icon } from "./Icon.tsx";
import { useDirectory } from "./use-directory.ts";
import type { DirectorySearch } from "./use-directory.ts";
import type { Choice } from "./directory-choices.ts";
import type { Directory } from "../domain/session/session.ts";
import type { Destination } from "../domain/transfer/transfer-steps.ts";

type Props = {
  label: string;
  /** Null: none. */
  hint: string | null;
  initialText: string;
  list: "always" | "typed";
  choicesOf: (directory: Directory, text: string) => readonly Choice[];
  /** What may be chosen although the directory has not answered yet. */
  isPlain?: (text: string) => boolean;
  /** Resolves with true when the field is to be emptied. */
  choose: (destination: Destination) => Promise<boolean> | void;
  field?: InputHTMLAttributes<HTMLInputElement> & { "data-dial-field"?: string };
  /** Button after the field, which does what Enter does. */
  action?: (text: string) => ReactNode;
};

const nothing: Directory = { offices: [], operators: [], number: null };

export function DirectoryCombobox({ initialText, list, choicesOf, isPlain = () => false, choose, ...props }: Props) {
  const [text, setText] = useState(initialText);
  const [active, setActive] = useState(0);
  /** `when-found`: Enter was pressed before the directory had answered. */
  const [enter, setEnter] = useState<"none" | "when-found">("none");
  const isShown = list === "always" || text.trim() !== "";
  const search = useDirectory(isShown ? text : null);
  const choices = isShown ? choicesOf(search.kind === "found" ? search.directory : nothing, text) : [];
  const activeIndex = Math.min(active, choices.length - 1);
  const current = choices[activeIndex];
  const isKnown = search.kind === "away" || (search.kind === "found" && search.text === text.trim());

  const take = async (destination: Destination): Promise<void> => {
    if ((await choose(destination)) === true) setText("");
  };
  const press = (): void => {
    if (!isShown || (!isKnown && list === "typed" && !isPlain(text))) return setEnter(isShown ? "when-found" : "none");
    if (current?.isChoosable === true) void take(current.destination);
  };
  useEffect(() => {
    if (enter === "none" || !isKnown) return;
    setEnter("none");
    if (current?.isChoosable === true) void take(current.destination);
  });
  const type = (typed: string): void => {
    setText(typed);
    setActive(0);
    setEnter("none");
  };
  const shown = { ...props, text, type, press, search, choices, activeIndex, setActive, isShown };
  return <Combobox {...shown} take={(destination) => void take(destination)} />;
}

type ShownProps = Pick<Props, "label" | "hint" | "field" | "action"> & {
  text: string;
  type: (text: string) => void;
  press: () => void;
  take: (destination: Destination) => void;
  search: DirectorySearch;
  choices: readonly Choice[];
  activeIndex: number;
  setActive: (index: number) => void;
  isShown: boolean;
};

function Combobox({ label, hint, field, action, text, type, press, take, ...shown }: ShownProps) {
  const { t } = useTexts();
  const listId = useId();
  const list = useRef<HTMLUListElement>(null);
  const { search, choices, activeIndex, setActive, isShown } = shown;
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
    else if (event.key === "Escape" && isShown && text !== "") type("");
    else return;
    event.preventDefault();
  };
  return (
    <form
      className="la2-picker"
      onSubmit={(event) => {
        event.preventDefault();
        press();
      }}
    >
      <label htmlFor={`${listId}-input`}>{label}</label>
      <div className="la2-picker-row">
        <div className="la2-search">
          <Icon name="search" />
          <input
            id={`${listId}-input`}
            className="form-control"
            type="text"
            role="combobox"
            aria-expanded={isShown && choices.length > 0}
            aria-autocomplete="list"
            aria-controls={listId}
            aria-describedby={`${listId}-hint`}
            aria-activedescendant={current === undefined ? undefined : `${listId}-${current.key}`}
            autoComplete="off"
            value={text}
            onChange={(event) => type(event.target.value)}
            onKeyDown={onKeyDown}
            {...field}
          />
        </div>
        {action?.(text)}
      </div>
      <p id={`${listId}-hint`} className="la2-hint">
        {hint}
      </p>
      <ul
        id={listId}
        ref={list}
        role="listbox"
        aria-label={t("directory.title")}
        className="la2-choices"
        hidden={!isShown || choices.length === 0}
      >
        {choices.map((choice, index) => (
          <ChoiceRow
            key={choice.key}
            id={`${listId}-${choice.key}`}
            choice={choice}
            isActive={index === activeIndex}
            choose={() => take(choice.destination)}
          />
        ))}
      </ul>
      <p role="status" className="la2-hint">
        {isShown && searchText({ search, count: choices.length }, t)}
      </p>
    </form>
  );
}

function searchText(
  { search, count }: { search: DirectorySearch; count: number },
  t: ReturnType<typeof useTexts>["t"],
) {
  if (search.kind === "searching") return t("directory.loading");
  if (search.kind === "away") return t("directory.away");
  return count === 0 ? t("directory.empty") : t("directory.results", { count });
}
