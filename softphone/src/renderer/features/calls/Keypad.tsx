import { useState } from "react";
import type { KeyboardEvent } from "react";
import { useTexts } from "../../i18n/language.ts";
import { useSoftphone } from "../../ui/softphone-context.tsx";

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Tones for the far end. Digits typed while the focus is in here are sent as well. */
export function Keypad({ callId }: { callId: string }) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const [sent, setSent] = useState("");
  const send = (digit: string): void => {
    calls.sendDigit(callId, digit);
    setSent((earlier) => (earlier + digit).slice(-20));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!digits.includes(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    send(event.key);
  };
  return (
    <div role="group" aria-label={t("keypad.title")} className="la2-keypad" onKeyDown={onKeyDown}>
      {digits.map((digit) => (
        <button key={digit} type="button" className="la2-key" onClick={() => send(digit)}>
          {digit}
        </button>
      ))}
      <p role="status" className="la2-hint">
        {sent !== "" && `${t("keypad.sent")}: ${sent}`}
      </p>
    </div>
  );
}
