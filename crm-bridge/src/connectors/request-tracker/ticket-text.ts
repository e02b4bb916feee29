/** How a ticket that came with a call reads in RT, for the people of the office: plain text in Italian, as their tickets are. */
import type { CrmTicketDraft } from "../connector.ts";

/** One line: RT makes a mail header of it. */
export function draftTitle({ subject }: CrmTicketDraft): string {
  return subject.replaceAll(/\s+/g, " ").trim();
}

export function draftText(draft: CrmTicketDraft): string {
  const { receivedFrom } = draft;
  const facts = [
    draft.requesterName === null ? null : `Cittadino: ${draft.requesterName}`,
    draft.phone === null ? null : `Telefono: ${draft.phone}`,
    draft.email === null ? null : `E-mail: ${draft.email}`,
    `Tema: ${draft.category}`,
    receivedFrom === null
      ? null
      : `Ricevuto dall'ufficio ${receivedFrom.officeId}, dove ha il numero ${receivedFrom.localTicketId || "(non comunicato)"}`,
    `Riferimento LA2-CTI: ${draft.ticketId}`,
  ].filter((line) => line !== null);
  return [draft.description.trim(), facts.join("\n")].filter((part) => part !== "").join("\n\n");
}
