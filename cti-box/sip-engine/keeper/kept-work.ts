/**
 * What a server of the control protocol has under way for an application, read from the frames that pass: which dialogs are up, which requests wait for an answer. Pure bookkeeping.
 *
 *   request of the network: offered ─final answer of ours, CANCEL─▶ (nothing)          INVITE of ours: placed ─final answer─▶ (nothing), after a 2xx ACK is owed
 *   dialog: 2xx to an INVITE, either way ─▶ up ─BYE, either way─▶ (nothing)
 */
import { splitPayload } from "../control/frame-reader.ts";

export type PassedFrame = {
  fields: readonly string[];
  method: string;
  status: number | null;
  cseqMethod: string;
  hasBody: boolean;
};

/** Of a payload with a SIP message behind its meta line, what matters of that. */
export function readFrame(payload: Buffer): PassedFrame {
  const { fields, message } = splitPayload(payload);
  const text = message?.toString("latin1") ?? "";
  const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];
  const method = status === undefined ? (/^([A-Z]+) /.exec(text)?.[1] ?? "") : "";
  const cseqMethod = /^cseq\s*:\s*\d+\s+([A-Z]+)/im.exec(text)?.[1] ?? method;
  const hasBody = /\r\n\r\n[^]/.test(text);
  return { fields, method, status: status === undefined ? null : Number(status), cseqMethod, hasBody };
}

export type LeftWork = {
  /** Transactions of the network that nobody will answer any more. */
  unanswered: string[];
  /** INVITEs of the application outside of dialogs that still ring, by transaction. */
  placed: string[];
  /** Dialogs whose 2xx was not acknowledged. `stays`: it agreed to a re-INVITE, so that the call can go on. */
  unacknowledged: { dialogId: string; call: "stays" | "hang-up" }[];
};

export class KeptWork {
  readonly dialogs = new Set<string>();
  /** By transaction. */
  private readonly offered = new Map<string, string>();
  private readonly placed = new Map<string, { dialogId: string | null; hasOffer: boolean }>();
  /** Dialogs that a 2xx was told of and no ACK was sent for yet. */
  private readonly owed = new Map<string, "stays" | "hang-up">();
  /** Requests of the application whose transaction is not known yet, by message. */
  private readonly sent = new Map<string, { method: string; dialogId: string; hasOffer: boolean }>();

  /** A frame of the application on its way to the server. */
  ordered({ fields, method, status, hasBody }: PassedFrame): void {
    const [messageId = "", type, transactionId = "", dialogId = ""] = fields;
    if (type !== "sip") return;
    if (status !== null) {
      if (status >= 200) this.offered.delete(transactionId);
      return;
    }
    if (method === "ACK") this.owed.delete(dialogId);
    else if (method !== "CANCEL") this.sent.set(messageId, { method, dialogId, hasOffer: hasBody });
  }

  /** A frame of the server on its way to the application. */
  told(frame: PassedFrame): void {
    const type = frame.fields[1];
    if (type === "response") this.confirmed(frame);
    if (type === "sip") this.happened(frame);
  }

  /** The application is gone and its successor knows nothing of what it had not finished. */
  leave(): LeftWork {
    const unanswered = [...this.offered]
      .filter(([, method]) => method !== "BYE")
      .map(([transactionId]) => transactionId);
    const placed = [...this.placed]
      .filter(([, { dialogId }]) => dialogId === null)
      .map(([transactionId]) => transactionId);
    const unacknowledged = [...this.owed].map(([dialogId, call]) => ({ dialogId, call }));
    for (const transactionId of unanswered) this.offered.delete(transactionId);
    this.owed.clear();
    this.sent.clear();
    return { unanswered, placed, unacknowledged };
  }

  private confirmed({ fields, status, cseqMethod }: PassedFrame): void {
    const [, , quoted = "", outcome] = fields;
    const request = this.sent.get(quoted);
    this.sent.delete(quoted);
    if (outcome !== "OK") return;
    const transactionId = fields[10] ?? "";
    if (request?.method === "INVITE") {
      const dialogId = request.dialogId === "" ? null : request.dialogId;
      this.placed.set(transactionId, { dialogId, hasOffer: request.hasOffer });
    }
    if (status !== null && status >= 200 && status < 300 && cseqMethod === "INVITE") this.dialogs.add(fields[11] ?? "");
  }

  private happened({ fields, method, status, cseqMethod }: PassedFrame): void {
    const transactionId = fields[8] ?? "";
    const dialogId = fields[9] ?? "";
    if (status !== null) {
      if (status < 200) return;
      const placed = this.placed.get(transactionId);
      this.placed.delete(transactionId);
      if (cseqMethod === "BYE") this.dialogs.delete(dialogId);
      if (cseqMethod !== "INVITE" || status >= 300) return;
      this.dialogs.add(dialogId);
      // Whoever offers in the 2xx waits for the answer in the ACK, which nobody can give any more.
      this.owed.set(dialogId, placed?.dialogId === dialogId && placed.hasOffer ? "stays" : "hang-up");
      return;
    }
    if (method === "CANCEL") this.offered.delete(transactionId);
    if (method === "BYE") this.dialogs.delete(dialogId);
    if (method !== "CANCEL" && method !== "ACK" && transactionId !== "unsolicited")
      this.offered.set(transactionId, method);
  }
}
