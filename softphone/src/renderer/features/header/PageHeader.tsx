import { useTexts } from "../../i18n/language.ts";
import { Icon } from "../../ui/Icon.tsx";
import { OperatorStateBadge } from "../../ui/OperatorStateBadge.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { HandlingButton } from "./HandlingButton.tsx";
import type { Availability } from "../../domain/session/session.ts";

/** Office, operator, availability, language, help and the way out. */
export function PageHeader({ openHelp, openHandling }: { openHelp: () => void; openHandling: () => void }) {
  const { t } = useTexts();
  const state = usePhone((phone) => phone.session);
  const { session } = useSoftphone();
  const signedIn = state.kind === "signed-in" ? state.session : null;
  return (
    <header className="la2-header">
      <div className="la2-header-slim">
        <span>{signedIn?.office.label ?? t("app.title")}</span>
        <span className="la2-header-tools">
          <LanguageChoice />
          {signedIn !== null && (
            <>
              <HandlingButton open={openHandling} />
              <button type="button" className="la2-header-button" onClick={openHelp}>
                <Icon name="help-circle" className="icon-white" />
                <span>{t("help.open")}</span>
              </button>
              <button type="button" className="la2-header-button" onClick={() => void session.signOut()}>
                <Icon name="logout" className="icon-white" />
                <span>{t("sign-in.out")}</span>
              </button>
            </>
          )}
        </span>
      </div>
      <div className="la2-header-main">
        <span className="la2-brand">
          <Icon name="telephone" size="" className="icon-white" />
          <span>{t("app.title")}</span>
        </span>
        {signedIn !== null && (
          <div className="la2-operator">
            <span className="la2-operator-name">
              <strong>{signedIn.operator.displayName}</strong>
              <span>{t("header.extension", { extension: signedIn.operator.extension })}</span>
            </span>
            <AvailabilityChoice />
          </div>
        )}
      </div>
    </header>
  );
}

function AvailabilityChoice() {
  const { t } = useTexts();
  const operatorState = usePhone((phone) => phone.operatorState);
  const { session } = useSoftphone();
  const isAway = operatorState === "away" || operatorState === "signed-out";
  const chosen: Availability | null = operatorState === null ? null : isAway ? "away" : "available";
  return (
    <div className="la2-availability">
      <span role="status" className="la2-operator-state">
        <span className="visually-hidden">{t("operator-state.label")}: </span>
        {operatorState !== null && <OperatorStateBadge state={operatorState} />}
      </span>
      <fieldset className="la2-switch">
        <legend className="visually-hidden">{t("availability.label")}</legend>
        {(["available", "away"] as const).map((availability) => (
          <button
            key={availability}
            type="button"
            aria-pressed={chosen === availability}
            onClick={() => void session.setAvailability(availability)}
          >
            <Icon name={availability === "available" ? "check" : "minus"} size="xs" />
            {t(`availability.${availability}`)}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

function LanguageChoice() {
  const { t, language, choose } = useTexts();
  return (
    <span className="la2-languages" role="group" aria-label={t("language.label")}>
      {(["it", "en"] as const).map((code) => (
        <button
          key={code}
          type="button"
          lang={code}
          className="la2-header-button"
          aria-pressed={language === code}
          aria-label={`${code.toUpperCase()}, ${t(`language.${code}`)}`}
          onClick={() => choose(code)}
        >
          {code.toUpperCase()}
        </button>
      ))}
    </span>
  );
}
