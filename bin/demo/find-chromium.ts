/** Chrome or Chromium on this machine. `LA2_CHROMIUM` names one. */
import { findProgram, isProgram } from "../programs/find-program.ts";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge"];
const furtherPlaces = [
  "/usr/lib/chromium/chromium",
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
  String.raw`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
];

export function findChromium(): string | null {
  const named = process.env["LA2_CHROMIUM"];
  if (named !== undefined && named !== "") return isProgram(named) ? named : null;
  return findProgram(names) ?? furtherPlaces.find(isProgram) ?? null;
}
