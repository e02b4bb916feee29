/** G.711 A-law (ITU-T G.711): 8 bits per sample at 8 kHz, what every Italian trunk speaks. */

/** One linear 16-bit sample to its A-law octet. */
export function encodeAlaw(sample: number): number {
  const sign = sample < 0 ? 0x00 : 0x80;
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 32_767) >> 3;
  if (magnitude < 32) return (sign | (magnitude >> 1)) ^ 0x55;
  const exponent = Math.floor(Math.log2(magnitude)) - 4;
  const mantissa = (magnitude >> exponent) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

/** One A-law octet to its linear 16-bit sample. */
export function decodeAlaw(octet: number): number {
  const value = octet ^ 0x55;
  const exponent = (value >> 4) & 0x07;
  const mantissa = value & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return (value & 0x80) === 0 ? -magnitude : magnitude;
}
