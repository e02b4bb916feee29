/** The whole page with an operator signed in, over a fake world; the box has not said anything yet. */
import { act, render } from "@testing-library/react";
import { App } from "../src/renderer/App.tsx";
import { createSoftphone } from "../src/renderer/application/softphone.ts";
import { startLanguage } from "../src/renderer/i18n/language.ts";
import { SoftphoneProvider } from "../src/renderer/ui/softphone-context.tsx";
import { FakeWorld } from "./fake-ports.ts";
import type { Softphone } from "../src/renderer/application/softphone.ts";

/** `language`: chosen in an earlier visit. */
export async function renderApp({ language }: { language?: "it" | "en" } = {}): Promise<{
  world: FakeWorld;
  softphone: Softphone;
}> {
  localStorage.clear();
  if (language !== undefined) localStorage.setItem("la2-language", language);
  await startLanguage();
  const world = new FakeWorld();
  const softphone = createSoftphone(world.ports);
  render(
    <SoftphoneProvider value={softphone}>
      <App />
    </SoftphoneProvider>,
  );
  await act(() => softphone.session.restore(null));
  return { world, softphone };
}
