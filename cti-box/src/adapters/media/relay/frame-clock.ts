/** One 20 ms beat for all generated audio of a relay. Late timers are caught up, up to a bound, so that a busy process does not stretch the sound. */
const FRAME_MS = 20;
const MAX_CATCH_UP = 5;

export class FrameClock {
  private readonly timer: NodeJS.Timeout;
  private readonly startedAtMs = performance.now();
  private beats = 0;

  constructor(onBeat: (beat: number) => void) {
    this.timer = setInterval(() => {
      const due = Math.floor((performance.now() - this.startedAtMs) / FRAME_MS);
      this.beats = Math.max(this.beats, due - MAX_CATCH_UP);
      while (this.beats < due) {
        this.beats += 1;
        onBeat(this.beats);
      }
    }, FRAME_MS);
  }

  close(): void {
    clearInterval(this.timer);
  }
}
