/** Calls that wait for any operator: who, for how long, and a button to take each up. Nothing is shown while there are none. */
import { Button } from "design-react-kit";
import { nameOfColleague } from "../../domain/office/office-now.ts";
import { useTexts } from "../../i18n/language.ts";
import { callerLine } from "../../ui/caller-text.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";

export function ParkedCalls() {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const office = usePhone((phone) => phone.office);
  const { parked } = office;
  return (
    <>
      <p role="status" className="visually-hidden">
        {parked.length > 0 && t("parked.announce", { count: parked.length })}
      </p>
      {parked.length > 0 && (
        <section aria-labelledby="parked-title">
          <h3 id="parked-title" className="la2-subtitle">
            {t("parked.title")}
          </h3>
          {parked.map(({ callId, caller, parkedBy, parkedAt }) => (
            <div key={callId} className="la2-notice" data-parked-call={callId}>
              <Icon name="clock" />
              <span className="la2-notice-text">
                <strong>{callerLine(caller, t)}</strong>
                <span className="la2-hint d-block">
                  {t("parked.by", { operator: nameOfColleague(office, parkedBy) })}{" "}
                  <Elapsed sinceMs={Date.parse(parkedAt)} label={t("card.waited")} />
                </span>
              </span>
              <Button
                color="primary"
                outline
                size="xs"
                aria-label={t("parked.retrieve.of", { caller: callerLine(caller, t) })}
                onClick={() => void calls.retrieve(callId)}
              >
                {t("parked.retrieve")}
              </Button>
            </div>
          ))}
        </section>
      )}
    </>
  );
}
