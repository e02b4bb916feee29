/**
 * The desktop application: one window that shows the office's softphone, or, before an address is known, the page that asks for it.
 *
 *   setup ─address saved─▶ office ⇄ unreachable (shows the setup page with the reason)
 */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { app, session } from "electron";
import { linkAmong, readLink } from "../shared/deep-link.ts";
import { desktopChannels } from "../shared/desktop-channels.ts";
import { readOfficeAddress } from "../shared/office-address.ts";
import { mayNavigate } from "../shared/window-rules.ts";
import { createOfficeWindow, restrictPermissions } from "./office-window.ts";
import { listenToPages } from "./page-messages.ts";
import { RingAlert } from "./ring-alert.ts";
import { readOfficeUrl, writeOfficeUrl } from "./settings.ts";
import type { BrowserWindow } from "electron";
import type { LinkOpened } from "../shared/desktop-bridge.ts";

const setupFile = join(dirname(fileURLToPath(import.meta.url)), "../setup/index.html");
const setupUrl = pathToFileURL(setupFile).href;

export class Desktop {
  private readonly settingsFile = join(app.getPath("userData"), "settings.json");
  private readonly alert = new RingAlert(() => this.comeForward());
  private window: BrowserWindow | null = null;
  private officeOrigin: string | null = null;
  /** Links that came before the page could take them. */
  private waitingLink: LinkOpened | null = null;
  private page: "loading" | "ready" = "loading";

  /** `words`: arguments of the program; the operator may have clicked a link to start it. */
  async start(words: readonly string[]): Promise<void> {
    const origin = (): string | null => this.officeOrigin;
    restrictPermissions(session.defaultSession, origin);
    listenToPages({
      isOffice: (url) => this.officeOrigin !== null && mayNavigate(url, this.officeOrigin),
      isSetup: (url) => url.startsWith(setupUrl),
      ringing: (message) => {
        if (this.window !== null) this.alert.ring(message, this.window);
      },
      pageReady: () => this.pageReady(),
      readOfficeAddress: () => readOfficeUrl(this.settingsFile) ?? "",
      saveOfficeAddress: (address) => this.saveOfficeAddress(address),
    });
    const window = createOfficeWindow(origin);
    this.window = window;
    window.on("closed", () => {
      this.window = null;
      this.alert.close();
    });
    window.webContents.on("did-start-loading", () => (this.page = "loading"));
    window.webContents.on("did-fail-load", (...[, code, , url, isMainFrame]) => {
      // -3: a load that was given up for another one.
      if (isMainFrame && code !== -3 && !url.startsWith(setupUrl)) void this.showSetup("unreachable");
    });
    this.takeLink(linkAmong(words));
    await this.showOffice();
  }

  /** A second start of the program, or a link: its window comes forward instead. */
  startedAgain(words: readonly string[]): void {
    this.takeLink(linkAmong(words) ?? { kind: "open" });
  }

  linkClicked(url: string): void {
    this.takeLink(readLink(url));
  }

  private async showOffice(): Promise<void> {
    const stored = readOfficeUrl(this.settingsFile);
    const address = stored === null ? null : readOfficeAddress(stored);
    if (address?.kind !== "valid") return this.showSetup("");
    this.officeOrigin = address.origin;
    // A failed load is shown by did-fail-load; loadURL rejects besides.
    await this.window?.loadURL(address.url).catch(() => undefined);
    return undefined;
  }

  private async showSetup(reason: string): Promise<void> {
    await this.window?.loadFile(setupFile, { hash: reason });
  }

  private async saveOfficeAddress(typed: string): Promise<string | null> {
    const address = readOfficeAddress(typed);
    if (address.kind === "invalid") return address.why;
    writeOfficeUrl(this.settingsFile, address.url);
    // The setup page gets its answer before the window leaves it.
    setImmediate(() => void this.showOffice());
    return null;
  }

  private comeForward(): void {
    const { window } = this;
    if (window === null) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  private pageReady(): void {
    this.page = "ready";
    const link = this.waitingLink;
    this.waitingLink = null;
    if (link !== null) this.window?.webContents.send(desktopChannels.linkOpened, link);
  }

  private takeLink(link: LinkOpened | null): void {
    if (link === null) return;
    this.comeForward();
    if (this.page === "ready") this.window?.webContents.send(desktopChannels.linkOpened, link);
    else this.waitingLink = link;
  }
}
