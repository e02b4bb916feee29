/** Streams cut into messages and frames: the same, however the bytes come in. */
import { FrameReader, largestFrame, splitPayload, type FrameResult } from "../../../control/frame-reader.ts";
import { limits } from "../../../message/parse-message.ts";
import { StreamFramer, type Framed } from "../../../transport/stream-framer.ts";
import { filesIn, linesIn } from "../corpus.ts";
import { promise, type FuzzTarget } from "../fuzz-target.ts";
import { sipWords } from "../words.ts";

/** Pieces of an input: their lengths follow from its first bytes, so that the same input is cut the same way again. */
function piecesOf(input: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < input.length; turn += 1) {
    const length = 1 + ((input[turn % input.length] ?? 0) % 61);
    pieces.push(input.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function cutStream(chunks: readonly Buffer[]): Framed[] {
  const framer = new StreamFramer();
  const all: Framed[] = [];
  for (const chunk of chunks) {
    for (const framed of framer.push(chunk)) all.push(framed);
    if (all.at(-1)?.kind === "broken") break;
  }
  return all;
}

export function streamFraming(): FuzzTarget {
  const messages = filesIn("messages");
  const streams = messages.map((one, index) =>
    Buffer.concat([one, Buffer.from("\r\n\r\n"), messages[index - 1] ?? one]),
  );
  return { seeds: [...messages, ...streams], words: sipWords, run: runStream };
}

function runStream(input: Buffer): void {
  const whole = cutStream([input]);
  const pieces = cutStream(piecesOf(input));
  const told = (framed: readonly Framed[]): string[] =>
    framed.map((each) => (each.kind === "message" ? each.bytes.toString("latin1") : each.kind));
  promise(
    told(whole).join("\u0001") === told(pieces).join("\u0001"),
    "a stream is cut the same way however it comes in",
  );
  let bytes = 0;
  for (const framed of whole) {
    if (framed.kind !== "message") continue;
    promise(framed.bytes.length <= limits.messageBytes, "a message on a stream is bounded");
    bytes += framed.bytes.length;
  }
  promise(bytes <= input.length, "no byte is in two messages");
}

export function controlFraming(): FuzzTarget {
  const payloads = [...linesIn("control-frames.txt"), ...filesIn("messages").map(framedCommand)];
  const frames = payloads.map((payload) => Buffer.concat([Buffer.from(`${payload.length}#`), payload]));
  return {
    seeds: [...frames, Buffer.concat(frames.slice(0, 5))],
    words: [...sipWords, "1#", "0#", "1048577#"],
    run: runFrames,
  };
}

export function framedCommand(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from("m|sip|||\r\n"), message]);
}

function readFrames(chunks: readonly Buffer[]): FrameResult[] {
  const reader = new FrameReader();
  const all: FrameResult[] = [];
  for (const chunk of chunks) {
    for (const result of reader.push(chunk)) all.push(result);
    if (all.at(-1)?.kind === "broken") break;
  }
  return all;
}

function runFrames(input: Buffer): void {
  const told = (results: readonly FrameResult[]): string[] =>
    results.map((each) => (each.kind === "frame" ? each.payload.toString("latin1") : "broken"));
  const whole = readFrames([input]);
  promise(
    told(whole).join("\u0001") === told(readFrames(piecesOf(input))).join("\u0001"),
    "frames are the same however they come in",
  );
  for (const each of whole) {
    if (each.kind !== "frame") continue;
    promise(each.payload.length <= largestFrame, "a frame is bounded");
    splitPayload(each.payload);
  }
  // Whatever it is: as a payload it goes through whole.
  if (input.length === 0) return;
  const [frame] = readFrames(piecesOf(Buffer.concat([Buffer.from(`${input.length}#`), input])));
  promise(frame?.kind === "frame" && frame.payload.equals(input), "what is framed is read back");
}
