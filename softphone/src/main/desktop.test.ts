/** The shell's own logic over a stand-in for Electron: first start, the office's page, links, who may send what. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeWindow, folders, invokeHandlers, openedOutside, permissionHandlers } from "../../testing/fake-electron.ts";
import { desktopChannels } from "../shared/desktop-channels.ts";
import { Desktop } from "./desktop.ts";

vi.mock("electron", async () => (await import("../../testing/fake-electron.ts")).electron);

const office = "https://urp.example/";
const setupUrl = new URL("../setup/index.html", import.meta.url).href;
let desktop: Desktop;

beforeEach(() => {
  folders.userData = mkdtempSync(join(tmpdir(), "la2-desktop-"));
  desktop = new Desktop();
});
afterEach(() => {
  rmSync(folders.userData, { recursive: true });
  openedOutside.length = 0;
});

function shownWindow(): FakeWindow {
  const window = FakeWindow.opened.at(-1);
  if (window === undefined) throw new Error("no window");
  return window;
}

/** A message of a page, as the preload script sends it. */
async function say(
  channel: string,
  from: string | { url: string; parent: object },
  argument?: unknown,
): Promise<unknown> {
  const handler = invokeHandlers.get(channel) as ((event: unknown, argument: unknown) => unknown) | undefined;
  return handler?.({ senderFrame: typeof from === "string" ? { url: from, parent: null } : from }, argument);
}

async function startAtOffice(words: readonly string[] = []): Promise<FakeWindow> {
  await desktop.start(words);
  expect(await say(desktopChannels.saveOfficeAddress, setupUrl, "urp.example")).toBeNull();
  await vi.waitUntil(() => shownWindow().shown.includes(office));
  return shownWindow();
}

describe("first start", () => {
  test("asks for the address, says what is wrong with it, then shows the office and remembers it", async () => {
    await desktop.start([]);
    expect(shownWindow().shown).toEqual(["setup#"]);
    expect(await say(desktopChannels.saveOfficeAddress, setupUrl, "http://urp.example")).toBe("not-secure");
    expect(await say(desktopChannels.saveOfficeAddress, setupUrl, "urp.example")).toBeNull();
    await vi.waitUntil(() => shownWindow().shown.includes(office));
    const again = new Desktop();
    await again.start([]);
    expect(shownWindow().shown).toEqual([office]);
  });

  test("an office that cannot be reached brings the address page back", async () => {
    const window = await startAtOffice();
    window.webContents.emit("did-fail-load", {}, -102, "REFUSED", office, true);
    await vi.waitUntil(() => window.shown.at(-1) === "setup#unreachable");
  });
});

describe("the window", () => {
  test("runs the page isolated and sandboxed, goes nowhere else, opens links outside", async () => {
    const window = await startAtOffice();
    expect(window.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    });
    const leave = { url: "https://evil.example/", preventDefault: vi.fn() };
    window.webContents.emit("will-navigate", leave);
    expect(leave.preventDefault).toHaveBeenCalled();
    expect(window.webContents.openHandler?.({ url: "https://rt.example/1" })).toEqual({ action: "deny" });
    expect(window.webContents.openHandler?.({ url: "file:///etc/passwd" })).toEqual({ action: "deny" });
    expect(openedOutside).toEqual(["https://rt.example/1"]);
  });

  test("gives the microphone to the office's page and nothing to anybody else", async () => {
    await startAtOffice();
    const check = permissionHandlers.check as unknown as (...words: unknown[]) => boolean;
    expect(check(null, "media", office, { mediaType: "audio" })).toBe(true);
    expect(check(null, "media", "https://evil.example/", { mediaType: "audio" })).toBe(false);
    expect(check(null, "geolocation", office, {})).toBe(false);
    const answer = vi.fn();
    const request = permissionHandlers.request as unknown as (...words: unknown[]) => void;
    request(null, "media", answer, { requestingUrl: office, mediaTypes: ["audio", "video"] });
    expect(answer).toHaveBeenCalledWith(false);
  });
});

describe("messages of the page", () => {
  test("are refused from other pages, from frames inside the page, and in other shapes", async () => {
    await startAtOffice();
    const ringing = { isRinging: true, text: "Carla" };
    await expect(say(desktopChannels.ringing, "https://evil.example/", ringing)).rejects.toThrow(/not from this page/);
    await expect(say(desktopChannels.ringing, { url: office, parent: {} }, ringing)).rejects.toThrow(
      /not from this page/,
    );
    await expect(say(desktopChannels.ringing, office, { isRinging: "yes" })).rejects.toThrow();
    await expect(say(desktopChannels.saveOfficeAddress, office, "evil.example")).rejects.toThrow(/not from this page/);
    await say(desktopChannels.ringing, office, ringing);
    expect(shownWindow().shown.at(-1)).toBe("flash");
  });
});

describe("links", () => {
  test("one that started the program waits until the page can take it; later ones go at once", async () => {
    const window = await startAtOffice(["la2", "tel:+390668888888"]);
    expect(window.webContents.sent).toEqual([]);
    await say(desktopChannels.pageReady, office);
    desktop.startedAgain(["la2", "sip:201"]);
    expect(window.webContents.sent).toEqual([
      [desktopChannels.linkOpened, { kind: "fill", text: "+390668888888" }],
      [desktopChannels.linkOpened, { kind: "fill", text: "201" }],
    ]);
  });
});
