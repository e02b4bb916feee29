/** Calls that wait for any operator: who, for how long, and a button to take each up. Nothing is shown while there are none. */
import { useEffect, useState } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { callerLine } from "../../ui/caller-text.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { useSoftphone } from "../../ui/softphone-context.tsx";
import type { ParkedCall } from "../../domain/call/call.ts";

const refreshEveryMs = 3_000;

export function ParkedCalls() {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const parked = useParkedCalls();
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
                  {t("parked.by", { operator: parkedBy })}{" "}
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

/** Asked again and again, at most one question at a time; the last answer stays while the box is away. */
function useParkedCalls(): readonly ParkedCall[] {
  const { parkedCalls } = useSoftphone();
  const [parked, setParked] = useState<readonly ParkedCall[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const look = async (): Promise<void> => {
      const answer = await parkedCalls(abort.signal);
      if (answer.ok && !abort.signal.aborted) setParked(answer.value);
    };
    void look();
    const again = setInterval(() => void look(), refreshEveryMs);
    return () => {
      clearInterval(again);
      abort.abort();
    };
  }, [parkedCalls]);
  return parked;
}
