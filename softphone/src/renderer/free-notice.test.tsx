/** A busy colleague in the directory: the operator asks to be told when both are free, and is told. */
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeWorld } from "../../testing/fake-ports.ts";
import { App } from "./App.tsx";
import { createSoftphone } from "./application/softphone.ts";
import { startLanguage } from "./i18n/language.ts";
import { SoftphoneProvider } from "./ui/softphone-context.tsx";

let world: FakeWorld;
const bruno = {
  login: "bruno",
  displayName: "Bruno Sì",
  extension: "202",
  state: "on-call",
  noticeUntil: null,
} as const;
const ask = "Avvisami quando è libero: Bruno Sì";
const takeBack = "Non avvisarmi più: Bruno Sì";

// jsdom knows the element but not its methods.
Object.assign(HTMLDialogElement.prototype, { showModal: () => undefined, close: () => undefined });

beforeEach(async () => {
  localStorage.clear();
  await startLanguage();
  world = new FakeWorld();
  const softphone = createSoftphone(world.ports);
  render(
    <SoftphoneProvider value={softphone}>
      <App />
    </SoftphoneProvider>,
  );
  await act(() => softphone.session.restore(null));
  act(() => world.box?.welcome("available", []));
  world.colleagues = [bruno, { ...bruno, login: "ugo", displayName: "Ugo Re", state: "available" }];
  fireEvent.change(screen.getByLabelText("Cerca ufficio o operatore"), { target: { value: "o" } });
});
afterEach(cleanup);

test("the button asks, then takes back, named for the screen reader; the keyboard stays on it", async () => {
  const button = await screen.findByRole("button", { name: ask });
  expect(screen.queryByRole("button", { name: /Ugo Re/ })).toBeNull();
  button.focus();
  world.colleagues = [{ ...bruno, noticeUntil: "2026-11-26T10:30:00.000Z" }];
  await act(async () => button.click());
  expect(world.asked).toEqual(["ask-free-notice bruno"]);
  const again = await screen.findByRole("button", { name: takeBack });
  expect(document.activeElement).toBe(again);
  world.colleagues = [bruno];
  await act(async () => again.click());
  expect(world.asked).toEqual(["ask-free-notice bruno", "cancel-free-notice bruno"]);
  await screen.findByRole("button", { name: ask });
});

test("the colleague's freedom is announced with the extension to call, and hidden when read", async () => {
  act(() => world.box?.colleagueFree({ displayName: "Bruno Sì", extension: "202" }));
  const notice = screen.getByText(/Ora è libero: Bruno Sì, interno 202/);
  expect(notice.closest("[role=status]")).not.toBeNull();
  await act(async () => screen.getByRole("button", { name: "Nascondi avviso" }).click());
  expect(screen.queryByText(/Ora è libero/)).toBeNull();
});

test("a box that does not answer is said", async () => {
  world.refused.set("ask-free-notice", { ok: false, why: "away", detail: null });
  const button = await screen.findByRole("button", { name: ask });
  await act(async () => button.click());
  expect(screen.getByText(/l'avviso è rimasto com'era/)).toBeTruthy();
});
