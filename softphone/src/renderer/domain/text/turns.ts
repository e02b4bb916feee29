/** Turns of a conversation in text, from the characters of T.140. */

export type TextVoice =
  | { kind: "own" }
  | { kind: "other"; voiceId: string; who: "citizen" | "colleague" | "office"; name: string | null };

/** `open`: still being written. */
export type TextTurn = { turnId: number; voice: TextVoice; text: string; state: "open" | "finished" };

const backspace = "\u0008";
const newLine = "\u2028";
/** Turns and characters of one turn that are kept; a conversation of an hour is far below. */
const mostTurns = 1_000;
const longestTurn = 2_000;

/**
 * A voice writes. It goes on in its turn until a new line; when somebody else has finished a turn after it, it goes on in a new one, so that the turns stay in the
 * order in which they are read. Backspace reaches back into finished turns.
 */
export function withCharacters(turns: readonly TextTurn[], voice: TextVoice, characters: string): readonly TextTurn[] {
  let now = turns;
  for (const one of characters) now = withCharacter(now, voice, one);
  return now.length > mostTurns ? now.slice(-mostTurns) : now;
}

/** What the operator is writing now. */
export function ownLine(turns: readonly TextTurn[]): string {
  return turns.find(({ voice, state }) => voice.kind === "own" && state === "open")?.text ?? "";
}

/** The characters that make one line of the other: what is taken back, and what comes in its place. */
export function charactersBetween(before: string, after: string): string {
  const old = Array.from(before);
  const now = Array.from(after.replaceAll(/\r\n|[\r\n]/g, newLine));
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same += 1;
  return backspace.repeat(old.length - same) + now.slice(same).join("");
}

function withCharacter(turns: readonly TextTurn[], voice: TextVoice, one: string): readonly TextTurn[] {
  const index = turns.findLastIndex((turn) => isSameVoice(turn.voice, voice));
  const last = turns[index];
  if (one === backspace) return last === undefined ? turns : turns.with(index, withoutLast(last)).filter(hasWords);
  const goesOn =
    last?.state === "open" && last.text.length < longestTurn && (voice.kind === "own" || !isFollowed(turns, index));
  if (last !== undefined && goesOn) return turns.with(index, withOne(last, one));
  if (one === newLine && last?.state === "open") return turns.with(index, { ...last, state: "finished" });
  const closed = last?.state === "open" ? turns.with(index, { ...last, state: "finished" }) : turns;
  const turnId = (turns.at(-1)?.turnId ?? 0) + 1;
  return [...closed, withOne({ turnId, voice, text: "", state: "open" }, one)].filter(hasWords);
}

function withOne(turn: TextTurn, one: string): TextTurn {
  return one === newLine ? { ...turn, state: "finished" } : { ...turn, text: turn.text + one };
}

/** The end of a line is taken back first. */
function withoutLast(turn: TextTurn): TextTurn {
  if (turn.state === "finished") return { ...turn, state: "open" };
  return { ...turn, text: Array.from(turn.text).slice(0, -1).join("") };
}

function isFollowed(turns: readonly TextTurn[], index: number): boolean {
  return turns.some((turn, at) => at > index && turn.state === "finished");
}

/** Empty lines say nothing. */
function hasWords({ text }: TextTurn): boolean {
  return text !== "";
}

function isSameVoice(one: TextVoice, other: TextVoice): boolean {
  if (one.kind === "own" || other.kind === "own") return one.kind === other.kind;
  return one.voiceId === other.voiceId;
}
