/** Sound of the simulated citizen: 8 kHz mono samples from a tone or a WAV file; and what was heard, measured. */
import { readFileSync } from "node:fs";

export const sampleRateHz = 8_000;

/** A sine of `frequencyHz` for `seconds`, at a fifth of full scale. */
export function tone(frequencyHz: number, seconds: number): Int16Array {
  const samples = new Int16Array(Math.round(seconds * sampleRateHz));
  for (let index = 0; index < samples.length; index += 1) {
    samples[index] = Math.round(6_500 * Math.sin((2 * Math.PI * frequencyHz * index) / sampleRateHz));
  }
  return samples;
}

/**
 * Share of the sound's energy at `frequencyHz` (Goertzel), 0 to 1: near 1 for that tone alone, near 0 for silence, speech or another tone.
 */
export function shareOfTone(samples: Int16Array, frequencyHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
  let previous = 0;
  let beforePrevious = 0;
  let energy = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
    energy += sample * sample;
  }
  // Below this the line carries nothing but noise, and a share of nothing says nothing.
  if (samples.length === 0 || energy / samples.length < 100) return 0;
  const power = previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
  return (2 * power) / (samples.length * energy);
}

/** Root mean square of the samples, 0 to 32767. */
export function loudness(samples: Int16Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(energy / samples.length);
}

/** Reads 16-bit PCM WAV, takes the first channel and brings it to 8 kHz. Throws with the reason on anything else. */
export function readWav(file: string): Int16Array {
  const bytes = readFileSync(file);
  if (bytes.length < 44 || bytes.toString("latin1", 0, 4) !== "RIFF" || bytes.toString("latin1", 8, 12) !== "WAVE") {
    throw new Error(`${file} is not a WAV file`);
  }
  let offset = 12;
  let format: { channels: number; rateHz: number } | undefined;
  while (offset + 8 <= bytes.length) {
    const name = bytes.toString("latin1", offset, offset + 4);
    const size = bytes.readUInt32LE(offset + 4);
    const body = offset + 8;
    if (name === "fmt ") {
      if (bytes.readUInt16LE(body) !== 1 || bytes.readUInt16LE(body + 14) !== 16)
        throw new Error(`${file} is not 16-bit PCM`);
      format = { channels: bytes.readUInt16LE(body + 2), rateHz: bytes.readUInt32LE(body + 4) };
    } else if (name === "data" && format) {
      // Some writers leave the length of a stream open (0xFFFFFFFF): then it goes to the end of the file.
      return resample(bytes.subarray(body, Math.min(body + size, bytes.length)), format);
    }
    offset = body + size + (size % 2);
  }
  throw new Error(`${file} holds no sound`);
}

function resample(bytes: Buffer, format: { channels: number; rateHz: number }): Int16Array {
  const frames = Math.floor(bytes.length / (2 * format.channels));
  const result = new Int16Array(Math.floor((frames * sampleRateHz) / format.rateHz));
  const step = format.rateHz / sampleRateHz;
  for (let index = 0; index < result.length; index += 1) {
    // Mean over the source frames of this sample: enough of a low-pass for telephone speech.
    const from = Math.floor(index * step);
    const to = Math.max(from + 1, Math.floor((index + 1) * step));
    let sum = 0;
    for (let frame = from; frame < to && frame < frames; frame += 1)
      sum += bytes.readInt16LE(frame * 2 * format.channels);
    result[index] = Math.round(sum / (to - from));
  }
  return result;
}

/** An 8 kHz mono WAV of the samples, for a person to listen to. */
export function wavOf(samples: Int16Array): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + samples.length * 2, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(samples.length * 2, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}
