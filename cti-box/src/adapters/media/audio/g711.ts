/** G.711 compression of one 16-bit sample: A-law (Europe) and µ-law (North America), after the segment description of ITU-T G.711. */
const SIGN = 0x80;

export function encodeAlaw(sample: number): number {
  const isPositive = sample >= 0;
  const magnitude = Math.min(isPositive ? sample : -sample - 1, 32_767);
  const segment = Math.max(0, 31 - Math.clz32(magnitude | 1) - 7);
  const mantissa = (magnitude >> (segment === 0 ? 4 : segment + 3)) & 0x0f;
  // Even bits are inverted on the line (G.711 §2.2), the sign bit is set for positive values.
  return ((isPositive ? SIGN : 0) | (segment << 4) | mantissa) ^ 0x55;
}

/** The middle of the sample's step. */
export function decodeAlaw(byte: number): number {
  const bits = byte ^ 0x55;
  const segment = (bits >> 4) & 0x07;
  const mantissa = bits & 0x0f;
  const magnitude = segment === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (segment - 1);
  return (bits & SIGN) === 0 ? -magnitude : magnitude;
}

export function encodeMulaw(sample: number): number {
  const isPositive = sample >= 0;
  const magnitude = Math.min(isPositive ? sample : -sample, 32_635) + 132;
  const segment = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (segment + 3)) & 0x0f;
  return ~((isPositive ? 0 : SIGN) | (segment << 4) | mantissa) & 0xff;
}

/** The middle of the sample's step. */
export function decodeMulaw(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 0x07)) - 132;
  return (bits & SIGN) === 0 ? magnitude : -magnitude;
}
