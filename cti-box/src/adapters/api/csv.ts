/**
 * Comma-separated values as in RFC 4180. What a caller or an administrator named may stand in a cell, so a cell that a spreadsheet would
 * take for a formula (it begins with = + - @, their wide forms, tab or a line end) gets an apostrophe in front. A telephone number in E.164
 * form keeps its plus sign alone: a sign and digits calculate nothing.
 */

type Cell = string | number | null;

/** One line with its line end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(",")}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const harmless =
    /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) && !/^\+[0-9]{1,15}$/.test(cell) ? `'${cell}` : cell;
  return /[",;\r\n\t]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
