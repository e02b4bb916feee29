/** Speaks 20 ms frames at their time: a tone in the peer's codec until told otherwise. */
const FRAME_MS = 20;

export class Mouth {
  private timer: NodeJS.Timeout | null = null;
  private index = 0;
  private readonly say: (frame: (index: number) => Buffer, index: number) => void;

  constructor(say: (frame: (index: number) => Buffer, index: number) => void) {
    this.say = say;
  }

  start(frame: (index: number) => Buffer): void {
    this.stop();
    const startedAtMs = performance.now();
    const first = this.index;
    this.timer = setInterval(() => {
      const due = first + Math.floor((performance.now() - startedAtMs) / FRAME_MS);
      for (; this.index < due; this.index += 1) this.say(frame, this.index);
    }, FRAME_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}
