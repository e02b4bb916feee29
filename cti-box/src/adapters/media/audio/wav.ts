/** A-law WAV, 8 kHz mono: the form in which prompts are kept and rtpengine is given sounds. */
const waveFormatAlaw = 6;
const headerLength = 44;
const sampleRate = 8000;

export function alawWav(pcma: Buffer): Buffer {
  const header = Buffer.alloc(headerLength);
  header.write("RIFF", 0);
  header.writeUInt32LE(headerLength - 8 + pcma.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(waveFormatAlaw, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36);
  header.writeUInt32LE(pcma.length, 40);
  return Buffer.concat([header, pcma]);
}

/** The samples of such a file. Throws when it is of another form. */
export function alawOfWav(wav: Buffer): Buffer {
  const isAlaw =
    wav.length >= headerLength && wav.toString("latin1", 0, 4) === "RIFF" && wav.readUInt16LE(20) === waveFormatAlaw;
  if (
    !isAlaw ||
    wav.readUInt32LE(24) !== sampleRate ||
    wav.readUInt16LE(22) !== 1 ||
    wav.toString("latin1", 36, 40) !== "data"
  )
    throw new Error("is not an A-law WAV file of 8 kHz, mono");
  return wav.subarray(headerLength, headerLength + wav.readUInt32LE(40));
}
