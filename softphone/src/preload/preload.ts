/** The narrow bridge between the pages and the shell. Sandboxed: this file is bundled to CommonJS and sees no Node module but electron's own. */
import { contextBridge, ipcRenderer } from "electron";
import { desktopChannels } from "../shared/desktop-channels.ts";
import type { DesktopBridge, SetupBridge } from "../shared/desktop-bridge.ts";

const desktop: DesktopBridge = {
  setRinging: (message) => ipcRenderer.invoke(desktopChannels.ringing, message) as Promise<void>,
  onLinkOpened: (listener) => {
    ipcRenderer.on(desktopChannels.linkOpened, (_event, link: unknown) => listener(link));
  },
  pageReady: () => ipcRenderer.invoke(desktopChannels.pageReady) as Promise<void>,
};

const setup: SetupBridge = {
  readOfficeAddress: () => ipcRenderer.invoke(desktopChannels.readOfficeAddress) as Promise<string>,
  saveOfficeAddress: (address) =>
    ipcRenderer.invoke(desktopChannels.saveOfficeAddress, address) as Promise<string | null>,
};

if (location.protocol === "file:") contextBridge.exposeInMainWorld("la2Setup", setup);
else contextBridge.exposeInMainWorld("la2Desktop", desktop);
