/**
 * Telling a far end with whom it talks from now on: by UPDATE without a description (RFC 3311), which disturbs no media, or by re-INVITE with the present one where the far
 * end does not take UPDATE. P-Asserted-Identity always; From as well where the far end lets it change (`from-change`, RFC 4916).
 *   quiet ─tell─▶ telling ─taken, refused─▶ quiet           what comes meanwhile is told next, the latest only
 *                    └─ 491, 5xx: again after a pause, a few times ─┘
 */
import { connectedFrom, connectedHeaders } from "../headers/identity.ts";
import { fromChange } from "../outgoing-invite.ts";
import { pauseAfterGlare, requestPending } from "./reinvite.ts";
import { askInSession, heardInSession } from "./session-of-dialog.ts";
import type { ConnectedIdentity } from "../../../application/far-end.ts";
import type { SipDialog, SipHeaders } from "../drachtio.ts";
import type { Clock, Log } from "../../../application/ports.ts";
import type { LegId } from "../../../domain/call/ids.ts";

/** On whose behalf it is told. `domain`: of the office; `isUp`: the leg still talks in this dialog. */
export type Herald = { legId: LegId; log: Log; clock: Pick<Clock, "after">; domain: string; isUp(): boolean };

const mostTries = 4;
/** Not taken in this dialog: another way is looked for. */
const methodRefused = [405, 501];
const passing = [requestPending, 500, 503, 504];

export class ConnectedNews {
  private readonly dialog: SipDialog;
  /** The present description again, with these headers; its final status. */
  private readonly describeAgain: (headers: SipHeaders) => Promise<number>;
  private method: "UPDATE" | "INVITE";
  private state: { kind: "quiet" } | { kind: "telling"; next: ConnectedIdentity | null } = { kind: "quiet" };

  constructor(dialog: SipDialog, describeAgain: (headers: SipHeaders) => Promise<number>) {
    this.dialog = dialog;
    this.describeAgain = describeAgain;
    this.method = listOf(dialog, "allow").includes("update") ? "UPDATE" : "INVITE";
  }

  tell(identity: ConnectedIdentity, by: Herald): void {
    if (this.state.kind === "telling") this.state = { kind: "telling", next: identity };
    else void this.tellAll(identity, by);
  }

  /** Headers that say who it is, for a request of ours in this dialog. */
  headersFor(identity: ConnectedIdentity, domain: string): SipHeaders {
    const asserted = connectedHeaders(identity, domain);
    if (!listOf(this.dialog, "supported").includes(fromChange)) return asserted;
    const from = `${connectedFrom(identity, domain)};tag=${this.dialog.sip.localTag}`;
    return { ...asserted, From: from, Supported: fromChange };
  }

  private async tellAll(first: ConnectedIdentity, by: Herald): Promise<void> {
    for (let identity: ConnectedIdentity | null = first; identity !== null && by.isUp(); identity = this.takeNext()) {
      this.state = { kind: "telling", next: null };
      await this.tellOne(identity, by);
    }
    this.state = { kind: "quiet" };
  }

  private takeNext(): ConnectedIdentity | null {
    return this.state.kind === "telling" ? this.state.next : null;
  }

  private async tellOne(identity: ConnectedIdentity, by: Herald): Promise<void> {
    for (let attempt = 1; by.isUp(); attempt += 1) {
      const status = await this.send(this.headersFor(identity, by.domain));
      if (status < 300 || this.takeNext() !== null) return;
      if (methodRefused.includes(status) && this.method === "UPDATE") this.method = "INVITE";
      else if (!passing.includes(status) || attempt === mostTries)
        return by.log.info({ legId: by.legId, status }, "the far end was not told with whom it talks");
      else await pause(by, pauseAfterGlare(this.dialog));
    }
  }

  private async send(headers: SipHeaders): Promise<number> {
    if (this.method === "INVITE") return this.describeAgain(headers);
    return new Promise((resolve) => {
      this.dialog.request({ method: "UPDATE", headers: askInSession(this.dialog, headers) }, (error, response) => {
        if (error !== null || response === undefined) return resolve(481);
        if (response.status >= 200 && response.status < 300) heardInSession(this.dialog, response);
        return response.status < 200 ? undefined : resolve(response.status);
      });
    });
  }
}

async function pause({ clock }: Herald, ms: number): Promise<void> {
  await new Promise<void>((resolve) => clock.after(ms, () => resolve()));
}

/** What the far end has said of itself in the INVITE, or in its answer. */
function listOf(dialog: SipDialog, header: "allow" | "supported"): string[] {
  const theirs = dialog.type === "uas" ? dialog.req : dialog.res;
  return (theirs.get(header) ?? "").split(",").map((one) => one.trim().toLowerCase());
}
