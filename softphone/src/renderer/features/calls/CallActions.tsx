import { useState } from "react";
import type { ReactNode } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { Icon } from "../../ui/Icon.tsx";
import { PhoneGlyph } from "../../ui/PhoneGlyph.tsx";
import { ariaShortcut } from "../../ui/shortcuts.ts";
import { useSoftphone } from "../../ui/softphone-context.tsx";
import { Keypad } from "./Keypad.tsx";
import type { ShortcutAction } from "../../ui/shortcuts.ts";
import type { Dialled } from "../../domain/call/dial-field.ts";
import type { CallEntry, CardState } from "../../domain/call/call.ts";
import type { TransferPhase } from "../../domain/transfer/transfer-steps.ts";

type Props = { entry: CallEntry; state: CardState; phase: TransferPhase };

/** The buttons of a card; which ones depends on its state alone. */
export function CallActions({ entry, state, phase }: Props) {
  switch (state) {
    case "ringing":
      return <RingingActions entry={entry} />;
    case "dialling":
      return <DiallingActions entry={entry} />;
    case "talking":
    case "held":
    case "transferring":
    case "detached":
      return <TalkingActions entry={entry} state={state} phase={phase} />;
    case "consulted":
      return <ConsultedActions entry={entry} />;
    case "ended":
      return <EndedActions entry={entry} />;
    case "answering":
    case "transferred":
      return null;
  }
}

function RingingActions({ entry }: { entry: CallEntry }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const canAnswer = entry.line.kind === "ringing";
  const isRecall = (entry.box?.called ?? null) !== null;
  return (
    <div className="la2-actions la2-actions-ringing">
      <Button
        color="success"
        disabled={!canAnswer}
        aria-keyshortcuts={ariaShortcut("answer")}
        onClick={() => void calls.answer(entry.callId)}
      >
        <Icon name="telephone" className="icon-white" />
        <span>{t(isRecall ? "recall.call" : "action.answer")}</span>
      </Button>
      <Button
        color="danger"
        outline
        disabled={!canAnswer}
        aria-keyshortcuts={ariaShortcut("decline")}
        onClick={() => calls.decline(entry.callId)}
      >
        <PhoneGlyph name="hangup" />
        <span>{t(isRecall ? "recall.drop" : "action.decline")}</span>
      </Button>
    </div>
  );
}

/** The other party of a call that is over, where it can be called. */
function redialOf({ box }: CallEntry): Dialled | null {
  if (box === null) return null;
  const { called, call } = box;
  if (called !== null) {
    const { label, ...target } = called;
    return { target, label };
  }
  if (call.direction === "internal") return null;
  const number = call.direction === "out" ? call.calledNumber : call.caller.number;
  return number === null ? null : { target: { kind: "number", number }, label: number };
}

function DiallingActions({ entry }: { entry: CallEntry }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  return (
    <div className="la2-actions">
      <ActionButton
        action="hang-up"
        color="danger"
        isDisabled={entry.line.kind !== "open"}
        run={() => calls.hangUp(entry.callId)}
      >
        <PhoneGlyph name="hangup" />
        <span>{t("action.hang-up")}</span>
      </ActionButton>
    </div>
  );
}

function EndedActions({ entry }: { entry: CallEntry }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const { callId } = entry;
  const whom = redialOf(entry);
  return (
    <div className="la2-actions">
      {whom !== null && (
        <Button color="primary" size="xs" onClick={() => void calls.dial(whom)}>
          {t("dial.redial")}
        </Button>
      )}
      <Button color="primary" outline size="xs" onClick={() => calls.dismiss(callId)}>
        {t("card.dismiss")}
      </Button>
    </div>
  );
}

/** Only the microphone and the end of the own part: who speaks with the citizen is decided by the colleague who asked. */
function ConsultedActions({ entry }: { entry: CallEntry }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  return (
    <div className="la2-actions">
      <MuteButton entry={entry} />
      <ActionButton action="hang-up" color="danger" run={() => calls.hangUp(entry.callId)}>
        <PhoneGlyph name="hangup" />
        <span>{t("action.hang-up")}</span>
      </ActionButton>
    </div>
  );
}

function MuteButton({ entry }: { entry: CallEntry }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const hasLine = entry.line.kind === "open";
  const isMuted = entry.line.kind === "open" && entry.line.microphone === "muted";
  return (
    <ActionButton
      action="mute"
      isDisabled={!hasLine}
      run={() => calls.toggleMicrophone(entry.callId)}
      isPressed={isMuted}
    >
      <PhoneGlyph name={isMuted ? "mute" : "microphone"} />
      <span>{t(isMuted ? "action.unmute" : "action.mute")}</span>
    </ActionButton>
  );
}

function TalkingActions({ entry, state, phase }: Props) {
  const { t } = useTexts();
  const { calls, transfer } = useSoftphone();
  const [isKeypadOpen, setKeypadOpen] = useState(false);
  const { callId } = entry;
  const hasLine = entry.line.kind === "open";
  const isInTransfer = phase !== "none" && phase !== "returned" && phase !== "transferred";
  return (
    <>
      <div className="la2-actions">
        {(!isInTransfer || phase === "consulting") && <MuteButton entry={entry} />}
        {!isInTransfer && (
          <>
            <ActionButton action="hold" isDisabled={!hasLine} run={() => void calls.toggleHold(callId)}>
              <PhoneGlyph name={state === "held" ? "play" : "pause"} />
              <span>{t(state === "held" ? "action.resume" : "action.hold")}</span>
            </ActionButton>
            <Button
              color="primary"
              outline
              disabled={!hasLine}
              aria-expanded={isKeypadOpen}
              onClick={() => setKeypadOpen(!isKeypadOpen)}
            >
              <PhoneGlyph name="keypad" />
              <span>{t("action.keypad")}</span>
            </Button>
            {entry.box?.call.direction === "in" && entry.box.call.queue !== null && (
              <Button color="primary" outline disabled={!hasLine} onClick={() => void calls.park(callId)}>
                <PhoneGlyph name="pause" />
                <span>{t("action.park")}</span>
              </Button>
            )}
            <ActionButton action="transfer" color="primary" run={() => void transfer.open(callId)}>
              <PhoneGlyph name="transfer" />
              <span>{t("action.transfer")}</span>
            </ActionButton>
          </>
        )}
        {hasLine && !isInTransfer && (
          <ActionButton action="hang-up" color="danger" run={() => calls.hangUp(callId)}>
            <PhoneGlyph name="hangup" />
            <span>{t("action.hang-up")}</span>
          </ActionButton>
        )}
      </div>
      {isKeypadOpen && hasLine && !isInTransfer && <Keypad callId={callId} />}
    </>
  );
}

type ActionProps = {
  action: ShortcutAction;
  color?: "primary" | "danger";
  isDisabled?: boolean;
  isPressed?: boolean;
  run: () => void;
  children: ReactNode;
};

function ActionButton({ action, color, isDisabled = false, isPressed, run, children }: ActionProps) {
  return (
    <Button
      color={color ?? "primary"}
      outline={color === undefined}
      disabled={isDisabled}
      aria-pressed={isPressed}
      aria-keyshortcuts={ariaShortcut(action)}
      onClick={run}
    >
      {children}
    </Button>
  );
}
