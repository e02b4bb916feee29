/** The one window: locked to the office's origin, with the microphone and nothing else of the machine. */
import { BrowserWindow, shell } from "electron";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mayNavigate, mayUse, opensOutside } from "../shared/window-rules.ts";
import type { Session } from "electron";

const preload = join(dirname(fileURLToPath(import.meta.url)), "../preload/preload.cjs");

export function createOfficeWindow(officeOrigin: () => string | null): BrowserWindow {
  const window = new BrowserWindow({
    width: 1180,
    height: 860,
    minWidth: 360,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    title: "LA2-CTI",
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      // A ring must sound although nobody has clicked in the window since it was opened.
      autoplayPolicy: "no-user-gesture-required",
      backgroundThrottling: false,
    },
  });
  window.once("ready-to-show", () => window.show());
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (opensOutside(url)) void shell.openExternal(url);
    return { action: "deny" };
  });
  window.webContents.on("will-navigate", (event) => {
    const origin = officeOrigin();
    if (origin === null || !mayNavigate(event.url, origin)) event.preventDefault();
  });
  window.webContents.on("will-attach-webview", (event) => event.preventDefault());
  return window;
}

export function restrictPermissions(session: Session, officeOrigin: () => string | null): void {
  session.setPermissionRequestHandler((...[, permission, answer, details]) => {
    const mediaTypes = "mediaTypes" in details ? (details.mediaTypes ?? []) : [];
    const origin = officeOrigin();
    answer(origin !== null && mayUse({ permission, origin: details.requestingUrl, mediaTypes }, origin));
  });
  session.setPermissionCheckHandler((...[, permission, requestingOrigin, details]) => {
    const mediaTypes = details.mediaType === undefined ? [] : [details.mediaType];
    const origin = officeOrigin();
    return origin !== null && mayUse({ permission, origin: requestingOrigin, mediaTypes }, origin);
  });
}
