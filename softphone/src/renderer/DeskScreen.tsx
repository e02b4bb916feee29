/** The desk of a signed-in operator: calls on the left, the ticket of the selected one (or the directory) on the right. */
import { useState } from "react";
import { CallList } from "./features/calls/CallList.tsx";
import { DialAnnouncer } from "./features/calls/DialAnnouncer.tsx";
import { DialField } from "./features/calls/DialField.tsx";
import { RingAnnouncer } from "./features/calls/RingAnnouncer.tsx";
import { PendingCallbacks } from "./features/callbacks/PendingCallbacks.tsx";
import { DirectoryPanel } from "./features/directory/DirectoryPanel.tsx";
import { Banners } from "./features/notices/Banners.tsx";
import { FollowUps } from "./features/notices/FollowUps.tsx";
import { NoticeList } from "./features/notices/NoticeList.tsx";
import { ParkedCalls } from "./features/parked/ParkedCalls.tsx";
import { TextPanel } from "./features/text/TextPanel.tsx";
import { TicketPanel } from "./features/ticket/TicketPanel.tsx";
import { TicketStrip } from "./features/ticket/TicketStrip.tsx";
import { TransferPanel } from "./features/transfer/TransferPanel.tsx";
import { findEntry } from "./domain/call/apply-calls-event.ts";
import { useTexts } from "./i18n/language.ts";
import { usePhone } from "./ui/softphone-context.tsx";
import { useLeaveWarning } from "./ui/use-leave-warning.ts";
import { useShortcuts } from "./ui/use-shortcuts.ts";

export function DeskScreen() {
  const { t } = useTexts();
  useShortcuts();
  useLeaveWarning();
  // Calls to colleagues and offices have no ticket.
  const selectedCallId = usePhone(({ selectedCallId: selected, calls }) =>
    (findEntry(calls, selected)?.box?.called ?? null) === null ? selected : null,
  );
  const operatorState = usePhone((phone) => phone.operatorState);
  const links = usePhone((phone) => phone.links);
  // A ticket opened from the note of a transferred call; a new call takes precedence.
  const [followedCallId, setFollowedCallId] = useState<string | null>(null);
  const shownCallId = selectedCallId ?? followedCallId;
  // An operator who is typing into the directory keeps it, and the typing focus, when a call rings and its ticket comes.
  const [isDirectoryInUse, setDirectoryInUse] = useState(false);
  return (
    <main
      id="main"
      className="la2-desk"
      tabIndex={-1}
      data-session-state="signed-in"
      data-operator-state={operatorState ?? "unknown"}
      data-link-box={links.box}
      data-link-phone={links.phone}
      data-link-crm={links.crm}
    >
      <h1 className="visually-hidden">{t("app.title")}</h1>
      <RingAnnouncer />
      <DialAnnouncer />
      <Banners />
      <div className="la2-columns">
        <div className="la2-column-calls">
          <DialField />
          <CallList
            ticketStrip={(entry) => <TicketStrip callId={entry.callId} />}
            transferPanel={(entry) => <TransferPanel entry={entry} />}
            textPanel={(entry) => <TextPanel entry={entry} />}
          />
          <ParkedCalls />
          <PendingCallbacks />
          <FollowUps showTicket={setFollowedCallId} />
          <NoticeList />
        </div>
        <div className="la2-column-side">
          {shownCallId !== null && <TicketPanel key={shownCallId} callId={shownCallId} />}
          {(shownCallId === null || isDirectoryInUse) && (
            <div onFocus={() => setDirectoryInUse(true)} onBlur={() => setDirectoryInUse(false)}>
              <DirectoryPanel />
            </div>
          )}
        </div>
      </div>
    </main>
  );
}
