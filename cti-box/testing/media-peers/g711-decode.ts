/** G.711 expansion (ITU-T G.711), the listening half of the test peers. */
export function decodeAlaw(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 0x07;
  const mantissa = code & 0x0f;
  const magnitude = segment === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (segment - 1);
  return (code & 0x80) === 0 ? -magnitude : magnitude;
}

export function decodeMulaw(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + 132) << ((code >> 4) & 0x07)) - 132;
  return (code & 0x80) === 0 ? magnitude : -magnitude;
}
