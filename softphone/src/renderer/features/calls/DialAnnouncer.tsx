import { useEffect } from "react";
import { useTexts } from "../../i18n/language.ts";
import { callerOf } from "../../domain/call/call.ts";
import { callerLine } from "../../ui/caller-text.ts";
import { dialTextOf } from "../../ui/dial-text.ts";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";

/**
 * Says how far a call of one's own is, and plays the tone while the citizen's telephone rings; that of a colleague or of an office comes from the box. The region is
 * always there, so that it is read.
 */
export function DialAnnouncer() {
  const { t } = useTexts();
  const { setRingback } = useSoftphone();
  const calls = usePhone((phone) => phone.calls);
  const own = calls.findLast((entry) => dialTextOf(entry) !== null && entry.box?.myState.kind !== "ringing");
  const text = own === undefined ? null : dialTextOf(own);
  const rings = calls.some(
    ({ box, line }) =>
      box?.called === null &&
      box.myState.kind === "dialling" &&
      box.myState.stage === "ringing" &&
      line.kind === "open",
  );
  useEffect(() => {
    setRingback(rings ? "on" : "off");
    return () => setRingback("off");
  }, [rings, setRingback]);
  return (
    <div aria-live="polite" aria-atomic="true" className="visually-hidden" data-announcer="dial">
      {own !== undefined && text !== null && `${callerLine(callerOf(own), t)}: ${t(text)}`}
    </div>
  );
}
