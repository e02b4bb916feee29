import { useId, useState } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { formatPhoneNumber } from "../../domain/call/format-phone-number.ts";
import { Icon } from "../../ui/Icon.tsx";
import { ariaShortcut } from "../../ui/shortcuts.ts";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";

/** Calls a citizen. A number from a link only fills the field: calling is always the operator's own act. */
export function DialField() {
  const searchText = usePhone((phone) => phone.searchText);
  const outsideCalls = usePhone((phone) => phone.outsideCalls);
  const isNumber = /^\+?[0-9\s().-]{3,}$/.test(searchText);
  if (outsideCalls === "none") return null;
  return <DialForm key={isNumber ? searchText : ""} initialText={isNumber ? searchText : ""} />;
}

function DialForm({ initialText }: { initialText: string }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const id = useId();
  const { lastNumber, problem } = usePhone((phone) => phone.dialling);
  const [number, setNumber] = useState(initialText);
  const dial = async (wanted: string): Promise<void> => {
    if (wanted.trim() !== "" && (await calls.dial(wanted.trim()))) setNumber("");
  };
  return (
    <form
      className="la2-dial"
      onSubmit={(event) => {
        event.preventDefault();
        void dial(number);
      }}
    >
      <label htmlFor={`${id}-number`}>{t("dial.label")}</label>
      <div className="la2-dial-row">
        <input
          id={`${id}-number`}
          type="tel"
          inputMode="tel"
          autoComplete="off"
          maxLength={40}
          className="form-control"
          data-dial-field=""
          value={number}
          aria-describedby={`${id}-problem`}
          aria-invalid={problem === "invalid-number"}
          aria-keyshortcuts={ariaShortcut("dial")}
          onChange={(event) => setNumber(event.target.value)}
        />
        <Button color="primary" type="submit" disabled={number.trim() === ""}>
          <Icon name="telephone" className="icon-white" />
          <span>{t("dial.call")}</span>
        </Button>
      </div>
      <p id={`${id}-problem`} role="alert" className="la2-dial-problem">
        {problem !== null && t(`dial.problem.${problem}`)}
      </p>
      {lastNumber !== null && (
        <button type="button" className="la2-link" onClick={() => void dial(lastNumber)}>
          {t("dial.again", { number: formatPhoneNumber(lastNumber) })}
        </button>
      )}
    </form>
  );
}
