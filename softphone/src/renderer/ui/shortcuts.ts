/**
 * Keyboard shortcuts: Ctrl+Shift and a letter, never a single letter (WCAG 2.1.4), and Esc never hangs up.
 * Browsers keep Ctrl+Shift+T for themselves (the desktop application does not), so transfer has X as well.
 */
import type { TextKey } from "../i18n/it.ts";

export type ShortcutAction = "answer" | "decline" | "mute" | "hold" | "transfer" | "hang-up" | "dial" | "text";

export const shortcuts: readonly { letters: readonly string[]; action: ShortcutAction; label: TextKey }[] = [
  { letters: ["A"], action: "answer", label: "action.answer" },
  { letters: ["D"], action: "decline", label: "action.decline" },
  { letters: ["M"], action: "mute", label: "action.mute" },
  { letters: ["H"], action: "hold", label: "action.hold" },
  { letters: ["T", "X"], action: "transfer", label: "action.transfer" },
  { letters: ["E"], action: "hang-up", label: "action.hang-up" },
  { letters: ["S"], action: "text", label: "text.open" },
  { letters: ["L"], action: "dial", label: "dial.label" },
];

export function ariaShortcut(action: ShortcutAction): string {
  const letters = shortcuts.find((shortcut) => shortcut.action === action)?.letters ?? [];
  return letters.map((letter) => `Control+Shift+${letter}`).join(" ");
}

export function actionOfKey(event: Pick<KeyboardEvent, "ctrlKey" | "shiftKey" | "altKey" | "metaKey" | "key">) {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return null;
  const letter = event.key.toUpperCase();
  return shortcuts.find((shortcut) => shortcut.letters.includes(letter))?.action ?? null;
}
