/**
 * The box's own hold music: two soft notes in turn, one second each with gentle edges. Computed, so there is nothing to license; quiet, because
 * people wait with the receiver at the ear. The same samples feed the relay's frames and the WAV file that rtpengine plays.
 */
export const MELODY_NOTES_HZ = [392, 523] as const;
export const MELODY_SAMPLE_RATE = 8000;

const NOTE_SAMPLES = MELODY_SAMPLE_RATE;
export const MELODY_SAMPLES = NOTE_SAMPLES * MELODY_NOTES_HZ.length;
const EDGE_SAMPLES = 400;
/** About -20 dB below full scale. */
const AMPLITUDE = 3200;

/** 16-bit sample at `index` of the endless melody, 8000 per second. */
export function melodySample(index: number): number {
  const position = index % MELODY_SAMPLES;
  const note = Math.floor(position / NOTE_SAMPLES);
  const within = position % NOTE_SAMPLES;
  const edge = Math.min(1, within / EDGE_SAMPLES, (NOTE_SAMPLES - within) / EDGE_SAMPLES);
  const hertz = MELODY_NOTES_HZ[note] ?? MELODY_NOTES_HZ[0];
  return Math.round(AMPLITUDE * edge * Math.sin((2 * Math.PI * hertz * within) / MELODY_SAMPLE_RATE));
}
