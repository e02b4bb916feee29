/** Text beside the voice on the operator's page: it opens by itself, takes no focus, tells voices apart, and goes with the card. */
import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { boxCard, type FakeWorld } from "../../testing/fake-ports.ts";
import { renderApp } from "../../testing/rendered-app.tsx";
import type { Softphone } from "./application/softphone.ts";

let world: FakeWorld;
let softphone: Softphone;
const citizen = { kind: "other", voiceId: "leg-1", who: "citizen", name: "Carla Bianchi" } as const;

// jsdom knows the element but not its methods.
Object.assign(HTMLDialogElement.prototype, { showModal: () => undefined, close: () => undefined });

beforeEach(async () => {
  ({ world, softphone } = await renderApp());
  act(() => {
    world.box?.link("connected");
    world.box?.welcome("available", []);
    world.box?.card(boxCard("a", { kind: "ringing" }));
    world.phone?.ringing({ callId: "a", caller: { number: null, displayName: null, isWithheld: true } });
  });
  await act(() => softphone.calls.answer("a"));
  act(() => world.box?.card(boxCard("a", { kind: "talking" })));
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const channel = (isRead: "now" | "later" = "now", kind: "rtp" | "none" = "rtp"): void =>
  act(() => world.box?.textChannel({ callId: "a", channel: kind, isRead }));
const hears = (characters: string): void => act(() => world.box?.text({ callId: "a", voice: citizen, characters }));
const field = (): HTMLTextAreaElement => screen.getByLabelText("Scriva qui");
const type = (line: string): void => act(() => void fireEvent.change(field(), { target: { value: line } }));
const turns = (): (string | null)[] => [...document.querySelectorAll(".la2-turn")].map((turn) => turn.textContent);
const announced = (): string | null | undefined => document.querySelector('[data-announcer="text"]')?.textContent;
const sent = (): string => world.written.map(({ characters }) => characters).join("");

test("a call without text shows nothing of it", () => {
  expect(screen.queryByRole("button", { name: "Scrivi" })).toBeNull();
  fireEvent.keyDown(window, { key: "S", ctrlKey: true, shiftKey: true });
  expect(document.querySelector("[data-text-field]")).toBeNull();
});

test("the first character opens it, and the focus stays in the note", () => {
  channel();
  expect(document.querySelector("[data-text-field]")).toBeNull();
  const note = screen.getByLabelText("Nota");
  note.focus();
  hears("B");
  hears("uon\bngiorno");
  expect(turns()).toEqual(["Cittadino: Carla Bianchi sta scrivendoBuongiorno"]);
  expect(document.activeElement).toBe(note);
});

test("the key opens it and puts the focus into the field; letters leave as they are typed", () => {
  channel();
  fireEvent.keyDown(window, { key: "S", ctrlKey: true, shiftKey: true });
  expect(document.activeElement).toBe(field());
  type("S");
  type("Slve");
  type("Salve");
  expect(sent()).toBe("Slve\b\b\balve");
  expect(field().value).toBe("Salve");
  act(() => void fireEvent.keyDown(field(), { key: "Enter" }));
  expect(sent().at(-1)).toBe("\u2028");
  expect(field().value).toBe("");
  expect(turns()).toEqual(["LeiSalve"]);
});

test("the two voices are told apart by name, side and order", () => {
  channel();
  hears("Buongiorno\u2028");
  type("Dica\n");
  hears("Vorrei");
  expect(turns()).toEqual([
    "Cittadino: Carla BianchiBuongiorno",
    "LeiDica",
    "Cittadino: Carla Bianchi sta scrivendoVorrei",
  ]);
  expect([...document.querySelectorAll(".la2-turn")].map((turn) => turn.className)).toEqual([
    "la2-turn la2-turn-other",
    "la2-turn la2-turn-own",
    "la2-turn la2-turn-other",
  ]);
});

test("whole lines are said politely, single letters never; a pause is enough", () => {
  vi.useFakeTimers();
  channel();
  hears("Buon");
  expect(announced()).toBe("");
  hears("giorno\u2028");
  expect(announced()).toBe("Cittadino: Carla Bianchi: Buongiorno");
  hears("Vorr");
  act(() => void vi.advanceTimersByTime(3_000));
  expect(announced()).toBe("Cittadino: Carla Bianchi: Buongiorno");
  act(() => void vi.advanceTimersByTime(1_500));
  expect(announced()).toBe("Cittadino: Carla Bianchi: Vorr");
  hears("ei \uFFFD\u2028");
  expect(announced()).toBe("Cittadino: Carla Bianchi: ei [testo perso]");
  expect(document.querySelector('[data-announcer="text"]')?.getAttribute("aria-live")).toBe("polite");
});

test("on hold nothing is written, and it says why; what the box could not deliver is an alert", () => {
  channel();
  hears("a");
  channel("later");
  expect(field().readOnly).toBe(true);
  expect(screen.getByText(/Chi è in attesa non legge ora/).closest("[role=status]")).not.toBeNull();
  channel();
  act(() => world.box?.textRefused("a", "too-fast"));
  expect(screen.getByText(/Troppo testo in una volta/).getAttribute("role")).toBe("alert");
  world.isBoxAway = true;
  type("x");
  expect(screen.getByText(/le ultime lettere non sono partite/)).toBeTruthy();
  expect(field().value).toBe("");
});

test("the operator copies the conversation into the note", async () => {
  channel();
  fireEvent.change(screen.getByLabelText("Nota"), { target: { value: "sordo" } });
  hears("Serve un certificato\u2028");
  type("Quale?\n");
  await act(async () => screen.getByRole("button", { name: "Copia nella nota" }).click());
  expect(screen.getByLabelText<HTMLTextAreaElement>("Nota").value).toBe(
    "sordo\nCittadino: Carla Bianchi: Serve un certificato\nLei: Quale?",
  );
  expect(screen.getByText("Copiato.")).toBeTruthy();
});

test("closed by the operator it opens again when the other side writes; when text goes away the words stay", async () => {
  channel();
  hears("uno\u2028");
  await act(async () => screen.getByRole("button", { name: "Chiudi testo" }).click());
  expect(turns()).toEqual([]);
  hears("due");
  expect(turns()).toHaveLength(2);
  channel("now", "none");
  expect(screen.getByText("L'altra parte non ha più il testo.")).toBeTruthy();
  expect(field().readOnly).toBe(true);
});

test("it goes with the card", async () => {
  channel();
  hears("segreto\u2028");
  act(() => {
    world.box?.card(boxCard("a", { kind: "gone", why: "ended" }));
    world.phone?.ended("a", "over");
  });
  const card = document.querySelector<HTMLElement>('[data-call-id="a"]');
  if (card === null) throw new Error("no card");
  expect(within(card).getByText("segreto")).toBeTruthy();
  await act(async () => within(card).getByRole("button", { name: "Chiudi scheda" }).click());
  expect(JSON.stringify(softphone.store.read())).not.toContain("segreto");
});
