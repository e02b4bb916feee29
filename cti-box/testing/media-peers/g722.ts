/**
 * G.722 at 64 kbit/s (ITU-T G.722, November 1988 fixed-point description), enough to speak a tone and to hear it: the encoder is complete, the
 * decoder gives the lower band only, which is the sound up to 4 kHz at 8000 samples per second.
 */
import { toneSamples } from "./tones.ts";

/* Tables 8 to 21 of the recommendation, by its names. */
const Q6 = [
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339,
  1458, 1612, 1765, 1980, 2195, 2557, 2919,
];
const QM4 = [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
const QM6 = [
  -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
  -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728, 24808,
  21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008,
  3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];
const WL = [-60, -30, 58, 172, 334, 538, 1198, 3042];
const RL42 = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
const ILB = [
  2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025,
  3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
const QM2 = [-7408, -1616, 7408, 1616];
const WH = [-214, 798];
const QMF = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

const LOWER = { det: 32, limit: 18_432, shift: 8 };
const HIGHER = { det: 8, limit: 22_528, shift: 10 };

/** Endless frames of 20 ms (160 bytes) of a tone; to be asked in order. */
export function toneG722(frequencyHz: number): (index: number) => Buffer {
  const encoder = new G722Encoder();
  return (index) => encoder.encode(toneSamples(frequencyHz, { count: 320, from: index * 320, sampleRate: 16_000 }));
}

export class G722Encoder {
  private readonly low = new Band(LOWER);
  private readonly high = new Band(HIGHER);
  private readonly history: number[] = Array.from({ length: 24 }, () => 0);

  /** 16-bit samples at 16 kHz, an even number of them; one byte per two samples. */
  encode(samples: Int16Array): Buffer {
    const bytes = Buffer.alloc(samples.length / 2);
    for (let index = 0; index < bytes.length; index += 1) {
      this.history.splice(0, 2);
      this.history.push(at(samples, index * 2), at(samples, index * 2 + 1));
      let odd = 0;
      let even = 0;
      for (let tap = 0; tap < 12; tap += 1) {
        odd += at(this.history, 2 * tap) * at(QMF, tap);
        even += at(this.history, 2 * tap + 1) * at(QMF, 11 - tap);
      }
      bytes[index] = (this.encodeHigh((even - odd) >> 14) << 6) | this.encodeLow((even + odd) >> 14);
    }
    return bytes;
  }

  private encodeLow(sample: number): number {
    const error = saturate(sample - this.low.estimate);
    const magnitude = error >= 0 ? error : -(error + 1);
    let level = 1;
    while (level < 30 && magnitude >= (at(Q6, level) * this.low.det) >> 12) level += 1;
    const code = error < 0 ? lowNegative(level) : 62 - level;
    this.low.adapt((this.low.det * at(QM4, code >> 2)) >> 15, at(WL, at(RL42, code >> 2)));
    return code;
  }

  private encodeHigh(sample: number): number {
    const error = saturate(sample - this.high.estimate);
    const magnitude = error >= 0 ? error : -(error + 1);
    const isLarge = magnitude >= (564 * this.high.det) >> 12;
    const code = (error < 0 ? 0 : 2) + (isLarge ? 0 : 1);
    this.high.adapt((this.high.det * at(QM2, code)) >> 15, at(WH, isLarge ? 1 : 0));
    return code;
  }
}

export class G722Decoder {
  private readonly low = new Band(LOWER);

  decodeTo8kHz(bytes: Buffer): number[] {
    return Array.from(bytes, (byte) => {
      const code = byte & 0x3f;
      const sample = this.low.estimate + ((this.low.det * at(QM6, code)) >> 15);
      this.low.adapt((this.low.det * at(QM4, code >> 2)) >> 15, at(WL, at(RL42, code >> 2)));
      return Math.max(-16_384, Math.min(16_383, sample)) * 2;
    });
  }
}

/** Quantiser scale and predictor of one band (blocks 3 and 4). */
class Band {
  det: number;
  /** Prediction of the next sample. */
  estimate = 0;
  private readonly limit: number;
  private readonly shift: number;
  private scale = 0;
  private zeroPart = 0;
  private readonly reconstructed = [0, 0, 0];
  private readonly partial = [0, 0, 0];
  private readonly poles = [0, 0, 0];
  private readonly differences = [0, 0, 0, 0, 0, 0, 0];
  private readonly zeros = [0, 0, 0, 0, 0, 0, 0];

  constructor({ det, limit, shift }: { det: number; limit: number; shift: number }) {
    this.det = det;
    this.limit = limit;
    this.shift = shift;
  }

  adapt(difference: number, scaleStep: number): void {
    this.scale = Math.max(0, Math.min(this.limit, ((this.scale * 127) >> 7) + scaleStep));
    const down = this.shift - (this.scale >> 11);
    const inverse = at(ILB, (this.scale >> 6) & 31);
    this.det = (down < 0 ? inverse << -down : inverse >> down) << 2;
    this.predict(difference);
  }

  private predict(difference: number): void {
    this.differences[0] = difference;
    this.reconstructed[0] = saturate(this.estimate + difference);
    this.partial[0] = saturate(this.zeroPart + difference);
    const [first, second] = this.adaptedPoles();
    this.adaptZeros(difference);
    for (let index = 6; index > 0; index -= 1) this.differences[index] = at(this.differences, index - 1);
    for (let index = 2; index > 0; index -= 1) {
      this.reconstructed[index] = at(this.reconstructed, index - 1);
      this.partial[index] = at(this.partial, index - 1);
    }
    this.poles[1] = first;
    this.poles[2] = second;
    const polePart = saturate(
      ((first * saturate(at(this.reconstructed, 1) * 2)) >> 15) +
        ((second * saturate(at(this.reconstructed, 2) * 2)) >> 15),
    );
    let zeroPart = 0;
    for (let index = 6; index > 0; index -= 1) {
      zeroPart += (at(this.zeros, index) * saturate(at(this.differences, index) * 2)) >> 15;
    }
    this.zeroPart = saturate(zeroPart);
    this.estimate = saturate(polePart + this.zeroPart);
  }

  private adaptedPoles(): [number, number] {
    const [now, before, beforeThat] = this.partial.map((value) => value < 0);
    const quadruple = saturate(at(this.poles, 1) * 4);
    const turned = Math.min(now === before ? -quadruple : quadruple, 32_767);
    const step = (now === beforeThat ? 128 : -128) + (turned >> 7) + ((at(this.poles, 2) * 32_512) >> 15);
    const second = Math.max(-12_288, Math.min(12_288, step));
    const wanted = saturate((now === before ? 192 : -192) + ((at(this.poles, 1) * 32_640) >> 15));
    const bound = saturate(15_360 - second);
    return [Math.max(-bound, Math.min(bound, wanted)), second];
  }

  private adaptZeros(difference: number): void {
    const step = difference === 0 ? 0 : 128;
    for (let index = 1; index < 7; index += 1) {
      const isSameSign = at(this.differences, index) < 0 === difference < 0;
      this.zeros[index] = saturate((isSameSign ? step : -step) + ((at(this.zeros, index) * 32_640) >> 15));
    }
  }
}

/** Codes 63, 62, then 31 downwards (table 10). */
function lowNegative(level: number): number {
  return level < 3 ? 64 - level : 34 - level;
}

function saturate(value: number): number {
  return Math.max(-32_768, Math.min(32_767, value));
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}
