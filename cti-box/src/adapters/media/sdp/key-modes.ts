/** How keys travel on each leg, as it was said before the leg was set up. One owner, a media server. */
import type { LegMedia } from "../../../application/media-port.ts";
import type { CallId } from "../../../domain/call/ids.ts";
import type { KeyMode } from "../../../domain/trunk/key-mode.ts";

export class KeyModes {
  private readonly modes = new Map<string, KeyMode>();

  set(leg: LegMedia, mode: KeyMode): void {
    this.modes.set(nameOf(leg), mode);
  }

  of(leg: LegMedia): KeyMode {
    return this.modes.get(nameOf(leg)) ?? "rfc4733";
  }

  forget(leg: LegMedia): void {
    this.modes.delete(nameOf(leg));
  }

  forgetCall(callId: CallId): void {
    for (const name of this.modes.keys()) if (name.startsWith(`${callId} `)) this.modes.delete(name);
  }
}

function nameOf({ callId, legId }: LegMedia): string {
  return `${callId} ${legId}`;
}
