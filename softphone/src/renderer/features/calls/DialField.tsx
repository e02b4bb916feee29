import { useEffect, useRef } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { formatPhoneNumber } from "../../domain/call/format-phone-number.ts";
import { isPlainNumber, toCallChoices } from "../../ui/call-choices.ts";
import { DirectoryCombobox } from "../../ui/DirectoryCombobox.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { ariaShortcut } from "../../ui/shortcuts.ts";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import type { DialField as FieldState } from "../../domain/call/dial-field.ts";

/** Calls a citizen, a colleague or another office. A number from a link only fills the field: calling is always the operator's own act. */
export function DialField() {
  const searchText = usePhone((phone) => phone.searchText);
  const outsideCalls = usePhone((phone) => phone.outsideCalls);
  const isNumber = /^\+?[0-9\s().-]{3,}$/.test(searchText) && outsideCalls === "some";
  return <DialForm key={isNumber ? searchText : ""} initialText={isNumber ? searchText : ""} />;
}

function DialForm({ initialText }: { initialText: string }) {
  const { t } = useTexts();
  const { calls, store } = useSoftphone();
  const outsideCalls = usePhone((phone) => phone.outsideCalls);
  const dialling = usePhone((phone) => phone.dialling);
  const ownLogin = usePhone((phone) =>
    phone.session.kind === "signed-in" ? phone.session.session.operator.login : "",
  );
  const isInvalid = dialling.outcome.kind === "problem" && dialling.outcome.problem === "invalid-number";
  return (
    <div className="la2-dial">
      <DirectoryCombobox
        label={t(outsideCalls === "some" ? "dial.label" : "dial.label.inside")}
        hint={null}
        initialText={initialText}
        list="typed"
        choicesOf={(directory, text) => toCallChoices(directory, { text, ownLogin, outsideCalls })}
        isPlain={isPlainNumber}
        choose={async ({ target, label }) =>
          (await calls.dial({ target, label })) || isSomebodyBusy(store.read().dialling)
        }
        field={{
          maxLength: 60,
          "data-dial-field": "",
          "aria-invalid": isInvalid,
          "aria-keyshortcuts": ariaShortcut("dial"),
        }}
        action={(text) => (
          <Button color="primary" type="submit" disabled={text.trim() === ""}>
            <Icon name="telephone" className="icon-white" />
            <span>{t("dial.call")}</span>
          </Button>
        )}
      />
      <Outcome dialling={dialling} />
    </div>
  );
}

/** What became of the last wish; after it, calling the same again. */
function Outcome({ dialling: { last, outcome } }: { dialling: FieldState }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const label = last === null ? "" : labelOf(last);
  const isRecallOffered = isSomebodyBusy({ last, outcome });
  return (
    <>
      <p role="alert" className="la2-dial-problem">
        {outcome.kind === "problem" && t(`dial.problem.${outcome.problem}`, { label })}
      </p>
      <p role="status" className="la2-dial-told">
        {outcome.kind === "recall-asked" && t("recall.asked", { label })}
      </p>
      {isRecallOffered && last?.target.kind === "operator" && (
        <RecallButton login={last.target.operatorLogin} label={label} />
      )}
      {last !== null && !isRecallOffered && outcome.kind !== "recall-asked" && (
        <button type="button" className="la2-link" onClick={() => void calls.dial(last)}>
          {t("dial.again", { label })}
        </button>
      )}
    </>
  );
}

/** The keyboard is on it as soon as the colleague is found busy: one more Enter asks. */
function RecallButton({ login, label }: { login: string; label: string }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.querySelector("button")?.focus(), []);
  return (
    <div ref={place} className="la2-dial-recall">
      <Button color="primary" outline size="xs" onClick={() => void calls.recall(login, "recall").then(focusField)}>
        {t("recall.ask.of", { operator: label })}
      </Button>
    </div>
  );
}

/** The button is gone then. */
function focusField(): void {
  document.querySelector<HTMLElement>("[data-dial-field]")?.focus();
}

/** The colleague is named beside the field, which is free for the next wish. */
function isSomebodyBusy({ outcome }: FieldState): boolean {
  return outcome.kind === "problem" && outcome.problem === "colleague-busy";
}

function labelOf({ target, label }: NonNullable<FieldState["last"]>): string {
  return target.kind === "number" ? formatPhoneNumber(target.number) : label;
}
