/** Plays the far end of each call. With plain audio (`?audio=plain`) a driver can read what arrives from `window.la2Audio`. */

export type SpectrumPeak = { frequencyHz: number; levelDb: number };

type Playing = { element: HTMLAudioElement; analyser: AnalyserNode | null; source: MediaStreamAudioSourceNode | null };

export class RemoteAudio {
  private readonly isMeasured: boolean;
  private readonly playing = new Map<string, Playing>();
  private context: AudioContext | null = null;

  constructor(isMeasured: boolean) {
    this.isMeasured = isMeasured;
    if (isMeasured) {
      const read = (callId?: string): SpectrumPeak | null => this.peak(callId);
      Object.defineProperty(window, "la2Audio", { value: Object.freeze({ peak: read }), configurable: true });
    }
  }

  play(callId: string, stream: MediaStream): void {
    this.stop(callId);
    const element = new Audio();
    element.autoplay = true;
    element.srcObject = stream;
    // Playing starts from the answer click; a refusal of the browser shows as silence and is not an error of the call.
    void element.play().catch(() => undefined);
    this.playing.set(callId, { element, ...this.measured(stream) });
  }

  stop(callId: string): void {
    const playing = this.playing.get(callId);
    if (playing === undefined) return;
    this.playing.delete(callId);
    playing.source?.disconnect();
    playing.element.pause();
    playing.element.srcObject = null;
  }

  close(): void {
    for (const callId of this.playing.keys()) this.stop(callId);
    void this.context?.close();
    this.context = null;
  }

  private measured(stream: MediaStream): Pick<Playing, "analyser" | "source"> {
    if (!this.isMeasured || stream.getAudioTracks().length === 0) return { analyser: null, source: null };
    this.context ??= new AudioContext();
    void this.context.resume().catch(() => undefined);
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 4096;
    analyser.smoothingTimeConstant = 0;
    const source = this.context.createMediaStreamSource(stream);
    source.connect(analyser);
    return { analyser, source };
  }

  /** Strongest frequency heard now; of the given call, or of the only one. */
  private peak(callId: string | undefined): SpectrumPeak | null {
    const playing = callId === undefined ? [...this.playing.values()].at(-1) : this.playing.get(callId);
    const analyser = playing?.analyser ?? null;
    if (analyser === null) return null;
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let best = 0;
    for (let bin = 1; bin < bins.length; bin += 1) if ((bins[bin] ?? -999) > (bins[best] ?? -999)) best = bin;
    return { frequencyHz: (best * analyser.context.sampleRate) / analyser.fftSize, levelDb: bins[best] ?? -999 };
  }
}
