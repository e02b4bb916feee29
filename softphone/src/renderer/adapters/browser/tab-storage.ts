/** Session token and note drafts in `sessionStorage`: for this tab only, gone when it is closed. Works without storage too (private windows). */
import { z } from "zod";
import type { TabStorage } from "../../application/ports.ts";

const tokenKey = "la2-session";
const noteSchema = z.object({
  text: z.string().max(8000),
  visibility: z.enum(["shared", "internal"]),
  updateId: z.string(),
});

export function createTabStorage(storage: Storage): TabStorage {
  const write = (key: string, value: string | null): void => {
    try {
      if (value === null) storage.removeItem(key);
      else storage.setItem(key, value);
    } catch {
      // A full or forbidden storage only means that a reload forgets.
    }
  };
  return {
    readToken: () => storage.getItem(tokenKey),
    writeToken: (token) => write(tokenKey, token),
    readNote(callId) {
      const parsed = noteSchema.safeParse(readJson(storage.getItem(noteKey(callId))));
      return parsed.success ? parsed.data : null;
    },
    writeNote: (callId, note) => write(noteKey(callId), note === null ? null : JSON.stringify(note)),
  };
}

function noteKey(callId: string): string {
  return `la2-note-${callId}`;
}

function readJson(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
