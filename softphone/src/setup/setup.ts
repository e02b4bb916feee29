/** The page that asks for the office's address at the first start, and again when the office cannot be reached. */
import type { SetupBridge } from "../shared/desktop-bridge.ts";

declare global {
  interface Window {
    la2Setup: SetupBridge;
  }
}

const problems: Record<string, string> = {
  empty: "Scriva l'indirizzo.",
  "not-an-address": "Questo non è un indirizzo web.",
  "not-secure": "Serve un indirizzo https: il microfono funziona solo con pagine sicure.",
  unreachable: "L'ufficio non risponde a questo indirizzo. Controlli l'indirizzo e la rete, poi riprovi.",
};

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

const form = element("form", HTMLFormElement);
const address = element("address", HTMLInputElement);
const problem = element("problem", HTMLParagraphElement);

function tell(why: string): void {
  problem.textContent = problems[why] ?? "";
  address.setAttribute("aria-invalid", String(problem.textContent !== ""));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void window.la2Setup.saveOfficeAddress(address.value).then((why) => {
    tell(why ?? "");
    if (why !== null) address.focus();
    return undefined;
  });
});

tell(location.hash.slice(1));
void window.la2Setup.readOfficeAddress().then((stored) => {
  address.value = stored;
  address.focus();
  return undefined;
});
