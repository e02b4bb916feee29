/** The parts of Electron that the shell touches, as far as they can be told without a screen: what was asked of them, and events to play. */
import { EventEmitter } from "node:events";

type Handler = (...words: never[]) => unknown;

export class FakeContents extends EventEmitter {
  readonly sent: unknown[][] = [];
  openHandler: ((details: { url: string }) => { action: string }) | null = null;
  send(...words: unknown[]): void {
    this.sent.push(words);
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
}

export class FakeWindow extends EventEmitter {
  static readonly opened: FakeWindow[] = [];
  readonly webContents = new FakeContents();
  readonly shown: string[] = [];
  readonly options: { webPreferences: Record<string, unknown> };
  constructor(options: { webPreferences: Record<string, unknown> }) {
    super();
    this.options = options;
    FakeWindow.opened.push(this);
  }
  async loadURL(url: string): Promise<void> {
    this.shown.push(url);
  }
  async loadFile(_file: string, options: { hash: string }): Promise<void> {
    this.shown.push(`setup#${options.hash}`);
  }
  readonly isMinimized = (): boolean => false;
  readonly isVisible = (): boolean => true;
  readonly isFocused = (): boolean => false;
  readonly show = (): void => undefined;
  readonly showInactive = (): void => undefined;
  readonly restore = (): void => undefined;
  readonly focus = (): void => void this.shown.push("focus");
  readonly flashFrame = (flashes: boolean): void => void this.shown.push(flashes ? "flash" : "calm");
}

export const invokeHandlers = new Map<string, Handler>();
export const permissionHandlers: { request: Handler | null; check: Handler | null } = { request: null, check: null };
export const openedOutside: string[] = [];
export const folders = { userData: "" };

export const electron = {
  app: { getPath: () => folders.userData, dock: undefined },
  BrowserWindow: FakeWindow,
  shell: { openExternal: async (url: string) => void openedOutside.push(url) },
  session: {
    defaultSession: {
      setPermissionRequestHandler: (handler: Handler) => (permissionHandlers.request = handler),
      setPermissionCheckHandler: (handler: Handler) => (permissionHandlers.check = handler),
    },
  },
  ipcMain: { handle: (channel: string, handler: Handler) => invokeHandlers.set(channel, handler) },
  Notification: class extends EventEmitter {
    static readonly isSupported = (): boolean => false;
  },
};
