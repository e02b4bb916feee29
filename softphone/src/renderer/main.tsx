/** Composition root of the page. */
import "./adapters/zod-without-eval.ts";
import "bootstrap-italia/dist/css/bootstrap-italia.min.css";
import "./ui/fonts.css";
import "./ui/softphone.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { createSoftphone } from "./application/softphone.ts";
import { browserClock } from "./adapters/browser/browser-clock.ts";
import { createPageEvents } from "./adapters/browser/page-events.ts";
import { createRinger } from "./adapters/browser/ringer.ts";
import { createTabStorage } from "./adapters/browser/tab-storage.ts";
import { browserIds } from "./adapters/browser/ulid.ts";
import { httpBoxApi } from "./adapters/http/http-box-api.ts";
import { httpCrmApi } from "./adapters/http/http-crm-api.ts";
import { webSocketChannels } from "./adapters/operator-channel/channels.ts";
import { createMicrophone } from "./adapters/sip/microphone.ts";
import { createTelephones } from "./adapters/sip/sip-telephone.ts";
import { takeOneTimeCode } from "./adapters/browser/one-time-code.ts";
import { startLanguage } from "./i18n/language.ts";
import { SoftphoneProvider } from "./ui/softphone-context.tsx";
import { linkOpenedSchema } from "../shared/desktop-bridge.ts";
import type { DesktopBridge } from "../shared/desktop-bridge.ts";

declare global {
  interface Window {
    la2Desktop?: DesktopBridge;
  }
}

async function start(): Promise<void> {
  const processing = new URLSearchParams(location.search).get("audio") === "plain" ? "plain" : "speech";
  const desktop = window.la2Desktop;
  const oneTimeCode = takeOneTimeCode(location, history);
  await startLanguage();
  const softphone = createSoftphone({
    boxApi: httpBoxApi,
    crmApi: httpCrmApi,
    channels: webSocketChannels,
    telephones: createTelephones(processing),
    microphone: createMicrophone(processing),
    storage: createTabStorage(sessionStorage),
    ringer: createRinger(document, desktop),
    pageEvents: createPageEvents(window),
    clock: browserClock,
    ids: browserIds,
  });
  desktop?.onLinkOpened((link) => {
    const parsed = linkOpenedSchema.safeParse(link);
    if (parsed.success && parsed.data.kind === "fill") softphone.fillSearch(parsed.data.text);
  });
  window.addEventListener("pagehide", () => softphone.close());
  const root = document.getElementById("root");
  if (root === null) throw new Error("index.html has no #root");
  createRoot(root).render(
    <StrictMode>
      <SoftphoneProvider value={softphone}>
        <App />
      </SoftphoneProvider>
    </StrictMode>,
  );
  await softphone.session.restore(oneTimeCode);
  await desktop?.pageReady();
}

void start();
