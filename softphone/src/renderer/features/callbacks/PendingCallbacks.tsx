/**
 * Citizens who kept their place in one of the operator's queues and are to be called back: number, queue, since when, and what they wait for. The box calls them when it is their
 * turn; here they can be seen. Nothing is shown while there are none. How many is announced; the list opens and closes by keyboard.
 */
import { useTexts } from "../../i18n/language.ts";
import { formatPhoneNumber } from "../../domain/call/format-phone-number.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone } from "../../ui/softphone-context.tsx";
import type { Session } from "../../domain/session/session.ts";

const noQueues: Session["operator"]["queues"] = [];

export function PendingCallbacks() {
  const { t } = useTexts();
  const callbacks = usePhone(({ office }) => office.callbacks);
  const queues = usePhone(({ session }) => (session.kind === "signed-in" ? session.session.operator.queues : noQueues));
  const title = t("callbacks.title", { count: callbacks.length });
  return (
    <>
      <p role="status" className="visually-hidden">
        {callbacks.length > 0 && title}
      </p>
      {callbacks.length > 0 && (
        <details className="la2-callbacks" open>
          <summary className="la2-subtitle">{title}</summary>
          <ul className="la2-choices">
            {callbacks.map(({ callId, number, queueId, since, state }) => (
              <li key={callId} className="la2-notice" data-pending-callback={callId}>
                <Icon name="telephone" />
                <span className="la2-notice-text">
                  <strong>{formatPhoneNumber(number)}</strong>
                  <span className="la2-hint d-block">
                    {queues.find((queue) => queue.queueId === queueId)?.label ?? queueId}
                    {" · "}
                    <Elapsed sinceMs={Date.parse(since)} label={t("callbacks.since")} />
                    {" · "}
                    {t(`callbacks.${state}`)}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
