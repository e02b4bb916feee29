import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { useSoftphone } from "../../ui/softphone-context.tsx";
import type { TextKey } from "../../i18n/it.ts";
import type { TalkingTo } from "../../domain/call/call.ts";

type Props = { callId: string; talkingTo: TalkingTo; destination: string };

/** Where the operator can turn to from here. */
const turns: Record<TalkingTo, readonly { to: TalkingTo; label: TextKey }[]> = {
  target: [
    { to: "caller", label: "transfer.turn.caller" },
    { to: "everybody", label: "transfer.turn.everybody" },
  ],
  caller: [
    { to: "target", label: "transfer.turn.target" },
    { to: "everybody", label: "transfer.turn.everybody" },
  ],
  everybody: [
    { to: "target", label: "transfer.turn.target-alone" },
    { to: "caller", label: "transfer.turn.caller-alone" },
  ],
};

/** The operator speaks with the destination, the citizen, or both: who hears whom is announced as it changes. */
export function Consultation({ callId, talkingTo, destination }: Props) {
  const { t } = useTexts();
  const { transfer } = useSoftphone();
  return (
    <div data-talking-to={talkingTo}>
      <p role="status" className="la2-progress">
        {t(`transfer.consulting.${talkingTo}`, { destination })}
      </p>
      <div className="la2-steps">
        <Button color="primary" onClick={() => void transfer.complete(callId)}>
          {t(talkingTo === "everybody" ? "transfer.leave" : "transfer.complete", { destination })}
        </Button>
        {turns[talkingTo].map(({ to, label }) => (
          <Button key={to} color="primary" outline onClick={() => void transfer.turnTo(callId, to)}>
            {t(label, { destination })}
          </Button>
        ))}
      </div>
    </div>
  );
}
