/** What rtpengine plays to the legs of one call: an announcement first, else the music, else nothing. */
import type { LegMedia } from "../../../application/media-port.ts";
import { breakOff } from "./announcement.ts";
import type { Announcement } from "./announcement.ts";
import type { Music } from "./hold-music.ts";
import type { RtpengineLeg } from "./rtpengine-leg.ts";
import { isUnanswered } from "./rtpengine-servers.ts";

/** Long enough for any wait; the melody lasts two seconds. */
const MUSIC_REPEATS = 100_000;

type PlayerParts = {
  music: Music;
  send(command: string, leg: RtpengineLeg, members: Record<string, string | number | Buffer>): Promise<void>;
  /** After what the call has under way. */
  inTurn(work: () => Promise<void>): Promise<void>;
  isThere(leg: RtpengineLeg): boolean;
  /** Brings rtpengine to what the legs are to hear now. */
  arrange(): Promise<void>;
  announced(leg: LegMedia): void;
  lost(leg: LegMedia, detail: string): void;
};

export class Player {
  private readonly parts: PlayerParts;

  constructor(parts: PlayerParts) {
    this.parts = parts;
  }

  async arrange(leg: RtpengineLeg): Promise<void> {
    if (leg.far === null) return this.stop(leg);
    if (leg.announcement !== null) return this.announce(leg, leg.announcement);
    if (leg.hears !== "music") return this.stop(leg);
    if (leg.playing === "music") return;
    await this.parts.send("play media", leg, { ...this.parts.music, "repeat-times": MUSIC_REPEATS });
    leg.playing = "music";
  }

  async stop(leg: RtpengineLeg): Promise<void> {
    const { playing } = leg;
    if (playing === "nothing") return;
    leg.playing = "nothing";
    try {
      await this.parts.send("stop media", leg, {});
    } catch (error) {
      // rtpengine refuses where it plays nothing.
      if (playing !== "unknown" || isUnanswered(error)) throw error;
    }
  }

  private async announce(leg: RtpengineLeg, announcement: Announcement): Promise<void> {
    if (leg.playing === announcement) return;
    leg.playing = announcement;
    await this.playPiece(leg, announcement);
  }

  /** After the last piece the announcement is over, and the music goes on. */
  private async playPiece(leg: RtpengineLeg, announcement: Announcement): Promise<void> {
    const blob = announcement.next(() => void this.parts.inTurn(() => this.pieceEnded(leg, announcement)));
    if (blob !== null) return this.parts.send("play media", leg, { blob });
    leg.announcement = null;
    leg.playing = "nothing";
    this.parts.announced(leg.media);
    return this.parts.arrange();
  }

  /** Never throws: nobody waits for it. */
  private async pieceEnded(leg: RtpengineLeg, announcement: Announcement): Promise<void> {
    if (leg.announcement !== announcement || !this.parts.isThere(leg)) return;
    try {
      await this.playPiece(leg, announcement);
    } catch (error) {
      breakOff(leg);
      this.parts.lost(leg.media, `announcement: ${String(error)}`);
    }
  }
}
