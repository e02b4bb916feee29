/** Messages of the pages in the window, each checked: who sends it, and by schema what it says. Anything else is refused. */
import { ipcMain } from "electron";
import { officeAddressSchema, ringingSchema } from "../shared/desktop-bridge.ts";
import { desktopChannels } from "../shared/desktop-channels.ts";
import type { IpcMainInvokeEvent } from "electron";
import type { RingingMessage } from "../shared/desktop-bridge.ts";

export type PageMessageHandlers = {
  /** Is this the office's page? */
  isOffice(url: string): boolean;
  /** Is this our own setup page? */
  isSetup(url: string): boolean;
  ringing(message: RingingMessage): void;
  pageReady(): void;
  readOfficeAddress(): string;
  /** Null when it was saved, else why not. */
  saveOfficeAddress(address: string): Promise<string | null>;
};

export function listenToPages(handlers: PageMessageHandlers): void {
  const handle = <T>(channel: string, from: (url: string) => boolean, run: (argument: unknown) => T): void => {
    ipcMain.handle(channel, (event: IpcMainInvokeEvent, argument: unknown) => {
      const frame = event.senderFrame;
      if (frame === null || frame.parent !== null || !from(frame.url))
        throw new Error(`${channel}: not from this page`);
      return run(argument);
    });
  };
  const office = (url: string): boolean => handlers.isOffice(url);
  const setup = (url: string): boolean => handlers.isSetup(url);
  handle(desktopChannels.ringing, office, (argument) => handlers.ringing(ringingSchema.parse(argument)));
  handle(desktopChannels.pageReady, office, () => handlers.pageReady());
  handle(desktopChannels.readOfficeAddress, setup, () => handlers.readOfficeAddress());
  handle(desktopChannels.saveOfficeAddress, setup, (argument) =>
    handlers.saveOfficeAddress(officeAddressSchema.parse(argument)),
  );
}
