import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { useSoftphone } from "../../ui/softphone-context.tsx";
import type { TalkingTo } from "../../domain/call/call.ts";

type Props = { callId: string; talkingTo: TalkingTo; destination: string };

/** The operator speaks with the destination while the citizen waits: who hears whom is announced as it changes. */
export function Consultation({ callId, talkingTo, destination }: Props) {
  const { t } = useTexts();
  const { transfer } = useSoftphone();
  const isWithTarget = talkingTo === "target";
  return (
    <div data-talking-to={talkingTo}>
      <p role="status" className="la2-progress">
        {t(isWithTarget ? "transfer.consulting.target" : "transfer.consulting.caller", { destination })}
      </p>
      <div className="la2-steps">
        <Button color="primary" onClick={() => void transfer.complete(callId)}>
          {t("transfer.complete", { destination })}
        </Button>
        <Button
          color="primary"
          outline
          onClick={() => void transfer.turnTo(callId, isWithTarget ? "caller" : "target")}
        >
          {isWithTarget ? t("transfer.turn.caller") : t("transfer.turn.target", { destination })}
        </Button>
      </div>
    </div>
  );
}
