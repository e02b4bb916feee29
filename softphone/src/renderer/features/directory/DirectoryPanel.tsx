import { useId, useState } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { Icon } from "../../ui/Icon.tsx";
import { OperatorStateBadge } from "../../ui/OperatorStateBadge.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { TariffBadge } from "../../ui/TariffBadge.tsx";
import { useDirectory } from "../../ui/use-directory.ts";
import type { Dialled } from "../../domain/call/dial-field.ts";
import type { Directory, OperatorEntry } from "../../domain/session/session.ts";

/** Offices of the network and colleagues, to look up and to call between calls. A link from outside fills the field, nothing more. */
export function DirectoryPanel() {
  const searchText = usePhone((phone) => phone.searchText);
  return <DirectorySearch key={searchText} initialText={searchText} />;
}

function DirectorySearch({ initialText }: { initialText: string }) {
  const { t } = useTexts();
  const id = useId();
  const [text, setText] = useState(initialText);
  const search = useDirectory(text);
  return (
    <section className="la2-panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} className="la2-title">
        {t("directory.title")}
      </h2>
      <label htmlFor={`${id}-search`}>{t("directory.search")}</label>
      <div className="la2-search">
        <Icon name="search" />
        <input
          id={`${id}-search`}
          type="search"
          className="form-control"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <p role="status" className="la2-hint">
        {search.kind === "searching" && t("directory.loading")}
        {search.kind === "away" && t("directory.away")}
        {search.kind === "found" && t("directory.hint")}
      </p>
      {search.kind === "found" && <Entries directory={search.directory} />}
    </section>
  );
}

function Entries({ directory }: { directory: Directory }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const ownLogin = usePhone((phone) =>
    phone.session.kind === "signed-in" ? phone.session.session.operator.login : "",
  );
  const isEmpty = directory.offices.length === 0 && directory.operators.length === 0;
  if (isEmpty) return <p>{t("directory.empty")}</p>;
  return (
    <>
      {directory.offices.length > 0 && <h3 className="la2-subtitle">{t("directory.offices")}</h3>}
      <ul className="la2-choices">
        {directory.offices.map((office) => (
          <li key={office.officeId} className="la2-choice">
            <Icon name="pa" />
            <span className="la2-choice-text">
              <span className="la2-choice-name">{office.label}</span>
              <span className="la2-hint">{office.topics.join(", ")}</span>
            </span>
            <span className="la2-choice-badges">
              <span className={`la2-chip la2-chip-${office.openState === "open" ? "good" : "quiet"}`}>
                <Icon name="clock" size="xs" />
                {t(`directory.open.${office.openState}`)}
              </span>
              {office.isOwnOffice ? (
                <span className="la2-chip la2-chip-quiet">{t("directory.own-office")}</span>
              ) : (
                <TariffBadge tariff={office.tariff === "on-net" ? "free" : "none"} />
              )}
              {!office.isOwnOffice && office.tariff === "on-net" && (
                <CallButton whom={{ target: { kind: "office", officeId: office.officeId }, label: office.label }} />
              )}
            </span>
          </li>
        ))}
      </ul>
      {directory.operators.length > 0 && <h3 className="la2-subtitle">{t("directory.operators")}</h3>}
      <ul className="la2-choices">
        {directory.operators.map((operator) => (
          <li key={operator.login} className="la2-choice">
            <Icon name="user" />
            <span className="la2-choice-text">
              <span className="la2-choice-name">{operator.displayName}</span>
              <span className="la2-hint">{t("header.extension", { extension: operator.extension })}</span>
            </span>
            <span className="la2-choice-badges">
              <OperatorStateBadge state={operator.state} />
              {operator.state === "ringing" && operator.login !== ownLogin && (
                <Button
                  color="primary"
                  outline
                  size="xs"
                  aria-label={t("directory.pick-up.of", { operator: operator.displayName })}
                  onClick={() => void calls.pickUp(operator.login)}
                >
                  {t("directory.pick-up")}
                </Button>
              )}
              {operator.login !== ownLogin && <RecallButton operator={operator} />}
              {operator.login !== ownLogin && operator.state !== "signed-out" && (
                <CallButton
                  whom={{
                    target: { kind: "operator", operatorLogin: operator.login },
                    label: operator.displayName,
                  }}
                />
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** One and the same button asks and takes back, so that the keyboard stays where it is. */
function RecallButton({ operator }: { operator: OperatorEntry }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const { login, recallUntil, displayName } = operator;
  if (!isBusy(operator) && recallUntil === null) return null;
  const wish = recallUntil === null ? "recall" : "do-not-recall";
  return (
    <Button
      color="primary"
      outline
      size="xs"
      aria-label={t(wish === "recall" ? "recall.ask.of" : "recall.take-back.of", { operator: displayName })}
      onClick={() => void calls.recall(login, wish)}
    >
      {t(wish === "recall" ? "recall.ask" : "recall.take-back")}
    </Button>
  );
}

function isBusy({ state }: OperatorEntry): boolean {
  return state === "on-call" || state === "ringing" || state === "wrap-up";
}

function CallButton({ whom }: { whom: Dialled }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  return (
    <Button
      color="primary"
      outline
      size="xs"
      aria-label={t("directory.call.of", { name: whom.label })}
      onClick={() => void calls.dial(whom)}
    >
      <Icon name="telephone" size="xs" />
      {t("dial.call")}
    </Button>
  );
}
