import { useTexts } from "../../i18n/language.ts";
import { callerLine, minutesText, originText } from "../../ui/caller-text.ts";
import { formatPhoneNumber } from "../../domain/call/format-phone-number.ts";
import { nameOfColleague } from "../../domain/office/office-now.ts";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone } from "../../ui/softphone-context.tsx";
import type { CallEntry, TransferOrigin } from "../../domain/call/call.ts";

/** What is known of the call besides the citizen: queue, number called, waiting time, and the office that passed it on. */
export function CallFacts({ entry }: { entry: CallEntry }) {
  const { t } = useTexts();
  const { box } = entry;
  if (box === null) return null;
  const { queue, calledNumber, transferredFrom, direction } = box.call;
  if (box.called !== null) return <CalledFacts entry={entry} />;
  return (
    <>
      {direction === "out" && queue !== null && <p role="status">{t("card.callback")}</p>}
      {transferredFrom !== null && <Origin origin={transferredFrom} />}
      {box.onTheLine !== null && (
        <p role="status" className="la2-progress" data-on-the-line>
          {t("card.on-the-line", { who: callerLine(box.onTheLine, t) })}
        </p>
      )}
      <dl className="la2-facts">
        {queue !== null && (
          <div>
            <dt>{t("card.queue")}</dt>
            <dd>{queue.label}</dd>
          </div>
        )}
        {direction !== "out" && (
          <div>
            <dt>{t("card.waited")}</dt>
            <dd>{minutesText(box.waitedSeconds, t)}</dd>
          </div>
        )}
        {direction !== "out" && calledNumber !== null && (
          <div>
            <dt>{t("card.called")}</dt>
            <dd>{formatPhoneNumber(calledNumber)}</dd>
          </div>
        )}
      </dl>
    </>
  );
}

/** A call to a colleague or an office costs nothing; somebody else may answer it. */
function CalledFacts({ entry }: { entry: CallEntry }) {
  const { t } = useTexts();
  const office = usePhone((phone) => phone.office);
  const called = entry.box?.called ?? null;
  const answeredBy = entry.box?.call.operatorLogin ?? null;
  const isOther = called?.kind === "operator" && answeredBy !== null && answeredBy !== called.operatorLogin;
  const isUp = entry.box?.myState.kind === "talking" || entry.box?.myState.kind === "holding";
  return (
    <>
      <p className="la2-card-called">
        <span className="la2-chip la2-chip-quiet">
          {t(called?.kind === "office" ? "card.called.office" : "card.called.operator")}
        </span>
      </p>
      {isOther && isUp && (
        <p role="status">{t("card.called.other", { operator: nameOfColleague(office, answeredBy) })}</p>
      )}
    </>
  );
}

function Origin({ origin }: { origin: TransferOrigin }) {
  const { t } = useTexts();
  const office = usePhone((phone) => phone.office);
  return (
    <div className="la2-origin" data-transferred-from={origin.officeId}>
      <p className="la2-origin-title">
        <Icon name="exchange-circle" />
        <strong>{originText(origin, t)}</strong>
      </p>
      <p role="status">
        {origin.isConsultation && t("card.origin.consultation")} {origin.isOverflow && t("card.origin.overflow.ticket")}{" "}
        {origin.visitsBefore > 0 && t("card.origin.been-here")}
      </p>
      <dl className="la2-facts">
        {origin.reason !== null && (
          <div>
            <dt>{t("card.origin.reason")}</dt>
            <dd>{t(`reason.${origin.reason}`)}</dd>
          </div>
        )}
        {origin.waitedSeconds !== null && (
          <div>
            <dt>{t("card.origin.waited")}</dt>
            <dd>{minutesText(origin.waitedSeconds, t)}</dd>
          </div>
        )}
        {origin.operatorLogin !== null && (
          <div>
            <dt>{t("header.menu")}</dt>
            <dd>{nameOfColleague(office, origin.operatorLogin)}</dd>
          </div>
        )}
      </dl>
    </div>
  );
}
