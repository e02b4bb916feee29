/**
 * The calls of the tests' exchange: joins caller and callee, passes holds on, and carries out what telephones ask for by REFER (RFC 3515), with Replaces
 * for an attended transfer (RFC 3891, RFC 5589 §7.3): the parties that remain are joined by re-INVITE, the transferor is told by NOTIFY and let go.
 *
 *   joined ─re-INVITE of one side─▶ passed to the other ─▶ joined
 *      ├─ REFER to a number ──▶ calling the target ─answered─▶ transferee and target joined, transferor let go
 *      │                              └─ refused ─▶ NOTIFY with the reason, as before
 *      └─ REFER with Replaces ─▶ the other sides of both calls joined, transferor let go
 */
import Srf from "drachtio-srf";
import type { Registrar } from "./registrar.ts";

/** One telephone's dialog with the exchange, and the line that it talks to. */
type Line = { dialog: Srf.Dialog; peer: Line | null };

export class Switchboard {
  private readonly srf: Srf;
  private readonly registrar: Registrar;
  private readonly lines = new Set<Line>();
  /** What happened, in words, for the tests' messages. */
  readonly story: string[] = [];

  constructor(srf: Srf, registrar: Registrar) {
    this.srf = srf;
    this.registrar = registrar;
    srf.invite((request, response) => void this.connect(request, response));
  }

  get openLines(): number {
    return this.lines.size;
  }

  /** The oldest call's dialog with its caller, as a Replaces header names it from the caller's side. */
  dialogOfCaller(): { callId: string; toTag: string; fromTag: string } {
    const [line] = this.lines;
    if (line === undefined) throw new Error("no call is up");
    const { callId, localTag, remoteTag } = line.dialog.sip;
    return { callId, toTag: localTag, fromTag: remoteTag };
  }

  /** Hangs up everything. */
  endAll(): void {
    for (const line of this.lines) this.letGo(line);
  }

  private async connect(request: Srf.SrfRequest, response: Srf.SrfResponse): Promise<void> {
    const user = Srf.parseUri(request.uri)?.user ?? "";
    const contact = this.registrar.of(user)?.contact;
    if (contact === undefined) return response.send(404);
    try {
      const { uas, uac } = await this.srf.createB2BUA(request, response, contact, { localSdpB: request.body });
      this.join(this.lineOf(uas), this.lineOf(uac));
      this.story.push(`call to ${user}`);
    } catch (error) {
      this.story.push(`call to ${user} failed: ${(error as { status?: number }).status ?? String(error)}`);
    }
  }

  private join(one: Line, other: Line): void {
    one.peer = other;
    other.peer = one;
  }

  private lineOf(dialog: Srf.Dialog): Line {
    const line: Line = { dialog, peer: null };
    this.lines.add(line);
    dialog.on("destroy", () => this.ended(line));
    dialog.on("modify", (request, response) => void this.passHold(line, request, response));
    dialog.on("refer", (request, response) => void this.refer(line, request, response));
    return line;
  }

  private ended(line: Line): void {
    this.lines.delete(line);
    const { peer } = line;
    if (peer === null || peer.peer !== line) return;
    peer.peer = null;
    this.letGo(peer);
  }

  private letGo(line: Line): void {
    if (!this.lines.delete(line)) return;
    line.dialog.destroy({ headers: {} }, () => undefined);
  }

  private async passHold(line: Line, request: Srf.SrfRequest, response: Srf.SrfResponse): Promise<void> {
    if (line.peer === null) return response.send(481);
    try {
      response.send(200, { body: await modified(line.peer.dialog, request.body) });
      this.story.push(/a=(sendonly|inactive)/.test(request.body) ? "hold" : "resume");
    } catch {
      response.send(488);
    }
  }

  private async refer(line: Line, request: Srf.SrfRequest, response: Srf.SrfResponse): Promise<void> {
    const target = /<?((?:sips?):[^>\s]+)>?/i.exec(request.get("refer-to"))?.[1] ?? "";
    const transferee = line.peer;
    if (target === "" || transferee === null) return response.send(400);
    response.send(202);
    await notify(line, "SIP/2.0 100 Trying", "active;expires=60");
    const replaces = /[?&]Replaces=([^&>]+)/i.exec(target)?.[1];
    try {
      if (replaces === undefined) await this.callTarget(transferee, target);
      else await this.joinHeld(transferee, decodeURIComponent(replaces));
      line.peer = null;
      await notify(line, "SIP/2.0 200 OK", "terminated;reason=noresource");
      this.letGo(line);
    } catch (error) {
      const status = (error as { status?: number }).status ?? 500;
      this.story.push(`transfer failed: ${String(error)}`);
      await notify(line, `SIP/2.0 ${status} Failed`, "terminated;reason=noresource");
    }
  }

  private async callTarget(transferee: Line, target: string): Promise<void> {
    const user = Srf.parseUri(target)?.user ?? "";
    const contact = this.registrar.of(user)?.contact;
    if (contact === undefined) throw Object.assign(new Error(`nobody is registered as ${user}`), { status: 404 });
    const offer = sendingBothWays(transferee.dialog.remote.sdp);
    const called = this.lineOf(await this.srf.createUAC(contact, { localSdp: offer }));
    await modified(transferee.dialog, sendingBothWays(called.dialog.remote.sdp));
    this.join(transferee, called);
    this.story.push(`transferred to ${user}`);
  }

  private async joinHeld(transferee: Line, replaces: string): Promise<void> {
    const [callId = "", ...tags] = replaces.split(";");
    const toTag = tags.find((each) => each.startsWith("to-tag="))?.slice("to-tag=".length);
    const held = [...this.lines].find(({ dialog: { sip } }) => sip.callId === callId && sip.localTag === toTag);
    const target = held?.peer;
    if (held === undefined || target === null || target === undefined)
      throw Object.assign(new Error(`no call ${replaces}`), { status: 481 });
    const answer = await modified(transferee.dialog, sendingBothWays(target.dialog.remote.sdp));
    await modified(target.dialog, sendingBothWays(answer));
    this.join(transferee, target);
    this.story.push("transferred with Replaces");
    held.peer = null;
    this.letGo(held);
  }
}

/** Offers the session to the telephone; its answer. */
async function modified(dialog: Srf.Dialog, sdp: string): Promise<string> {
  await dialog.modify(sdp);
  return dialog.remote.sdp;
}

/** A party that was on hold is taken off it: what it said on hold must not be offered as it is. */
function sendingBothWays(sdp: string): string {
  return sdp.replace(/^a=(sendonly|recvonly|inactive|sendrecv)\r\n/gm, "");
}

/** Resolves when the telephone has answered: over TCP sipp trips over two requests that come in one piece. */
async function notify(line: Line, fragment: string, state: string): Promise<void> {
  const headers = { Event: "refer", "Subscription-State": state, "Content-Type": "message/sipfrag;version=2.0" };
  try {
    await line.dialog.request({ method: "NOTIFY", headers, body: fragment } as unknown as Srf.SrfRequest);
  } catch {
    // The telephone may have hung up by then; that is its right.
  }
}
