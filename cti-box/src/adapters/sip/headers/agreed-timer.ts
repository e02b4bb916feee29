/** The session timer that holds in a dialog (RFC 4028). */
export type Side = "us" | "them";

/** How long it may go without a sign of life, and who gives it. */
export type AgreedTimer = { seconds: number; refresher: Side };
