/** In the header: what is set now, in words, and the way to change it. */
import { useTexts } from "../../i18n/language.ts";
import { forwardsIn } from "../../domain/session/call-handling.ts";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone } from "../../ui/softphone-context.tsx";

export function HandlingButton({ open }: { open: () => void }) {
  const { t } = useTexts();
  const handling = usePhone((phone) => phone.callHandling);
  if (handling === null) return null;
  const forwards = forwardsIn(handling);
  return (
    <>
      <span role="status" className="la2-operator-state" data-call-handling={stateOf(handling.doNotDisturb, forwards)}>
        {handling.doNotDisturb && (
          <span className="la2-chip la2-chip-bad">
            <Icon name="minus-circle" size="xs" />
            {t("handling.on.disturb")}
          </span>
        )}
        {forwards > 0 && (
          <span className="la2-chip la2-chip-busy">
            <Icon name="arrow-right-circle" size="xs" />
            {t(handling.always === null ? "handling.on.some" : "handling.on.always")}
          </span>
        )}
      </span>
      <button type="button" className="la2-header-button" aria-haspopup="dialog" onClick={open}>
        <Icon name="arrow-right-circle" className="icon-white" />
        <span>{t("handling.open")}</span>
      </button>
    </>
  );
}

function stateOf(doNotDisturb: boolean, forwards: number): string {
  if (doNotDisturb) return "do-not-disturb";
  return forwards > 0 ? "forwarding" : "plain";
}
