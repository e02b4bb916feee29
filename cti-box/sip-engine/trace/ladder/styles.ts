/** How the ladder looks: with the terminal's colours, or without any. */
import type { Described } from "./describe-message.ts";

type Paint = (text: string) => string;
export type Style = { bold: Paint; dim: Paint; of(kind: Described["kind"]): Paint };

const plain: Paint = (text) => text;
export const noColours: Style = { bold: plain, dim: plain, of: () => plain };

const paint =
  (code: number): Paint =>
  (text) =>
    `\x1b[${code}m${text}\x1b[0m`;
const byKind: Record<Described["kind"], Paint> = {
  request: paint(36),
  provisional: plain,
  success: paint(32),
  redirection: paint(33),
  failure: paint(31),
  unreadable: paint(31),
};
export const colours: Style = { bold: paint(1), dim: paint(2), of: (kind) => byKind[kind] };

/** What strangers wrote, without what a terminal would obey or turn around. */
export function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly these are meant
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "·");
}
