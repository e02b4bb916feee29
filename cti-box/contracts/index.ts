/** The only code of cti-box that other programs import. A change that breaks a reader raises `contractVersion`'s first number. */
export * from "./identifiers.ts";
export * from "./call-summary.ts";
export * from "./call-events.ts";
export * from "./call-handling.ts";
export * from "./call-records.ts";
export * from "./call-text.ts";
export * from "./commands.ts";
export * from "./reports.ts";
export * from "./directory.ts";
export * from "./recalls.ts";
export * from "./office-news.ts";
export * from "./operator-channel.ts";
export * from "./sip-trace.ts";
export * from "./topics.ts";
export * from "./trunks.ts";
export * from "./wallboard.ts";
export * from "./access-token.ts";

export const contractVersion = "1.2.0";
