/**
 * One call on one card: citizen, queue, where it was transferred from, its ticket, and everything that can be done with it.
 * For drivers: `data-call-id`, `data-card-state`, `data-transfer-phase`.
 */
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { useTexts } from "../../i18n/language.ts";
import { callerOf, cardStateOf } from "../../domain/call/call.ts";
import { nameOfColleague } from "../../domain/office/office-now.ts";
import { transferPhaseOf } from "../../domain/transfer/transfer-steps.ts";
import { callerLine, numberText } from "../../ui/caller-text.ts";
import { dialTextOf } from "../../ui/dial-text.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { useKeptFocus } from "../../ui/use-kept-focus.ts";
import { CallActions } from "./CallActions.tsx";
import { CallFacts } from "./CallFacts.tsx";
import type { TextKey } from "../../i18n/it.ts";
import type { CallEntry, CardState, MyPart } from "../../domain/call/call.ts";
import type { TransferPhase } from "../../domain/transfer/transfer-steps.ts";

type Props = { entry: CallEntry; ticketStrip: ReactNode; transferPanel: ReactNode; textPanel: ReactNode };

const stateIcons: Record<CardState, string> = {
  dialling: "telephone",
  ringing: "horn",
  answering: "telephone",
  talking: "telephone",
  held: "clock",
  transferring: "exchange-circle",
  consulted: "comment",
  detached: "warning-circle",
  transferred: "check-circle",
  ended: "close-circle",
};

export function CallCard({ entry, ticketStrip, transferPanel, textPanel }: Props) {
  const { t } = useTexts();
  const { calls } = useSoftphone();
  const transfer = usePhone((phone) => phone.transfer);
  const office = usePhone((phone) => phone.office);
  const isSelected = usePhone((phone) => phone.selectedCallId === entry.callId);
  const heading = useRef<HTMLHeadingElement>(null);
  const state = cardStateOf(entry);
  const part = entry.box?.myState;
  const phase = transferPhaseOf(entry.callId, transfer, {
    underWay: part?.kind === "transferring" ? part.progress : null,
    last: entry.box?.lastTransfer ?? null,
  });
  const focus = useKeptFocus(heading, `${state} ${phase}`);
  useToldStates(entry, state, phase);
  const caller = callerOf(entry);
  const called = entry.box?.called ?? null;
  const dialText = dialTextOf(entry);
  const isMuted = entry.line.kind === "open" && entry.line.microphone === "muted";
  const sinceMs = entry.answeredAtMs ?? entry.firstSeenAtMs;

  return (
    <article
      className={`la2-card la2-card-${state}${isSelected ? " la2-card-selected" : ""}`}
      data-call-id={entry.callId}
      data-card-state={state}
      data-transfer-phase={phase}
      data-microphone={entry.line.kind === "open" ? entry.line.microphone : "none"}
      aria-labelledby={`card-${entry.callId}`}
      {...focus}
    >
      <p className="la2-card-state">
        <span className="la2-card-state-name">
          <Icon name={stateIcons[state]} />
          {t(`card.${state}`)}
          {isMuted && <span className="la2-chip la2-chip-bad">{t("card.muted")}</span>}
        </span>
        {entry.endedAtMs === null && <Elapsed sinceMs={sinceMs} label={t("card.duration")} />}
      </p>
      <h3
        id={`card-${entry.callId}`}
        ref={heading}
        tabIndex={-1}
        className="la2-caller"
        aria-label={callerLine(caller, t)}
      >
        <span className="la2-caller-number">{numberText(caller, t)}</span>
        {caller.displayName !== null && caller.number !== null && (
          <span className="la2-caller-name">{caller.displayName}</span>
        )}
      </h3>
      {dialText !== null && (
        <p className="la2-card-dial" data-dial={dialText}>
          {t(dialText)}
        </p>
      )}
      <CallFacts entry={entry} />
      {called === null && ticketStrip}
      {state === "detached" && <p className="la2-card-warning">{t("card.detached.text")}</p>}
      {part?.kind === "consulted" && (
        <p role="status" className="la2-progress">
          {t(consultedText(part), { operator: nameOfColleague(office, part.by) })}
        </p>
      )}
      {transferPanel}
      <CallActions entry={entry} state={state} phase={phase} />
      {textPanel}
      {!isSelected && state !== "ringing" && (
        <button type="button" className="la2-link" onClick={() => calls.select(entry.callId)}>
          {t("calls.show-ticket")}
        </button>
      )}
    </article>
  );
}

/** Tells drivers and embedding pages what is on screen now, after it is there. */
function useToldStates(entry: CallEntry, state: CardState, phase: TransferPhase): void {
  const { tell } = useSoftphone();
  const { callId } = entry;
  const caller = callerOf(entry).number;
  const canAnswer = entry.line.kind === "ringing";
  useEffect(() => {
    const names: Partial<Record<CardState, string>> = {
      ringing: "la2-call-ringing",
      talking: "la2-call-answered",
      held: "la2-call-held",
      ended: "la2-call-ended",
    };
    const name = names[state];
    if (name !== undefined) tell(name, { callId, caller, canAnswer });
  }, [tell, callId, caller, state, canAnswer]);
  useEffect(() => {
    if (phase !== "none") tell("la2-transfer-phase", { callId, phase });
  }, [tell, callId, phase]);
}

function consultedText({ talksToMe, isConference }: Extract<MyPart, { kind: "consulted" }>): TextKey {
  if (isConference) return "card.consulted.conference";
  return talksToMe ? "card.consulted.text" : "card.consulted.aside";
}
