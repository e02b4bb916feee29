import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { hourText } from "../../ui/time-text.ts";
import { Message } from "../../ui/Message.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";

/** What does not work right now, in plain words, and what goes on regardless. */
export function Banners() {
  const { t, language } = useTexts();
  const { session } = useSoftphone();
  const links = usePhone((phone) => phone.links);
  const microphone = usePhone((phone) => phone.microphone);
  const operatorState = usePhone((phone) => phone.operatorState);
  const boxStopsAt = usePhone((phone) => phone.boxStopsAt);
  const lost = (["box", "phone", "crm"] as const).filter((link) => links[link] === "lost");
  const needsMicrophone = microphone !== "granted" && microphone !== "unknown";
  return (
    <div className="la2-banners" role="status">
      {needsMicrophone && (
        <Message color={microphone === "asking" ? "info" : "danger"} data-microphone={microphone}>
          <strong>{t(`microphone.${microphone}.title`)}</strong> {t(`microphone.${microphone}.text`)}
          {microphone !== "asking" && microphone !== "insecure" && (
            <Button color="primary" size="xs" className="ms-3" onClick={() => void session.askMicrophone()}>
              {t("microphone.retry")}
            </Button>
          )}
        </Message>
      )}
      {lost.map((link) => (
        <Message key={link} color="warning" data-link-lost={link}>
          {t(`link.${link}`)}
        </Message>
      ))}
      {boxStopsAt !== null && (
        <Message color="warning" data-box-stopping={boxStopsAt}>
          {t("box-stopping", { time: hourText(boxStopsAt, language) })}
        </Message>
      )}
      {operatorState === "unreachable" && !lost.includes("phone") && (
        <Message color="warning">{t("operator-state.unreachable.why")}</Message>
      )}
    </div>
  );
}
