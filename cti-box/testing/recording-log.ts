/** A log that keeps its lines for the test to read. */
import type { Log } from "../src/application/ports.ts";

export type LogLine = { level: "info" | "warn" | "error"; fields: Record<string, unknown>; message: string };

export class RecordingLog implements Log {
  readonly lines: LogLine[] = [];

  info(fields: Record<string, unknown>, message: string): void {
    this.lines.push({ level: "info", fields, message });
  }
  warn(fields: Record<string, unknown>, message: string): void {
    this.lines.push({ level: "warn", fields, message });
  }
  error(fields: Record<string, unknown>, message: string): void {
    this.lines.push({ level: "error", fields, message });
  }

  messages(level: LogLine["level"]): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}
