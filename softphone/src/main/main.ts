/** Entry of the desktop application: one instance, the `tel:` and `sip:` links, and the window. */
import { resolve } from "node:path";
import { app } from "electron";
import { Desktop } from "./desktop.ts";

if (app.requestSingleInstanceLock()) {
  registerLinks();
  app.enableSandbox();
  let desktop: Desktop | null = null;
  app.on("second-instance", (_event, words) => desktop?.startedAgain(words));
  app.on("open-url", (event, url) => {
    event.preventDefault();
    desktop?.linkClicked(url);
  });
  app.on("window-all-closed", () => app.quit());
  void app.whenReady().then(() => {
    desktop = new Desktop();
    return desktop.start(process.argv.slice(1));
  });
} else {
  app.quit();
}

/** Started from the sources the program is Electron itself, and needs to be told what to run. */
function registerLinks(): void {
  const entry = process.argv[1];
  for (const scheme of ["tel", "sip"]) {
    if (!process.defaultApp) app.setAsDefaultProtocolClient(scheme);
    else if (entry !== undefined) app.setAsDefaultProtocolClient(scheme, process.execPath, [resolve(entry)]);
  }
}
