/** Entry of the desktop application: one instance, the `tel:` and `sip:` links, and the window. */
import { app } from "electron";
import { Desktop } from "./desktop.ts";

if (app.requestSingleInstanceLock()) {
  for (const scheme of ["tel", "sip"]) app.setAsDefaultProtocolClient(scheme);
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
