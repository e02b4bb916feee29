/**
 * What the desktop shell gives to the page (`window.la2Desktop`), and the schemas that both sides check it with.
 * The bridge is narrow: the page can tell that it rings and can learn what a link asked for; nothing else crosses.
 */
import { z } from "zod";

export const ringingSchema = z.union([
  z.strictObject({ isRinging: z.literal(false) }),
  z.strictObject({ isRinging: z.literal(true), text: z.string().max(200) }),
]);
export type RingingMessage = z.infer<typeof ringingSchema>;

/** A link from outside only fills a field; it never dials, answers or transfers. */
export const linkOpenedSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("open") }),
  z.strictObject({ kind: z.literal("fill"), text: z.string().min(1).max(120) }),
]);
export type LinkOpened = z.infer<typeof linkOpenedSchema>;

export const officeAddressSchema = z.string().max(300);

export type DesktopBridge = {
  setRinging(message: RingingMessage): Promise<void>;
  onLinkOpened(listener: (link: unknown) => void): void;
  pageReady(): Promise<void>;
};

export type SetupBridge = {
  readOfficeAddress(): Promise<string>;
  /** Null when it was saved, else why not (text key). */
  saveOfficeAddress(address: string): Promise<string | null>;
};
