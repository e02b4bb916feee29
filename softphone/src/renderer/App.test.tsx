/** The screen in a browser without pixels: what is said, where the focus stays, both languages. */
import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { boxCard, type FakeWorld } from "../../testing/fake-ports.ts";
import { renderApp } from "../../testing/rendered-app.tsx";

let world: FakeWorld;

// jsdom knows the element but not its methods.
Object.assign(HTMLDialogElement.prototype, { showModal: () => undefined, close: () => undefined });

beforeEach(async () => {
  ({ world } = await renderApp());
  act(() => world.box?.welcome("available", []));
});
afterEach(cleanup);

function ring(callId: string): void {
  act(() => {
    world.box?.card(boxCard(callId, { kind: "ringing" }));
    world.phone?.ringing({ callId, caller: { number: "+393315550123", displayName: null, isWithheld: false } });
  });
}

test("the field to call with takes numbers only where calls can go out", () => {
  expect(screen.getByLabelText("Chiama: nome, interno, ufficio o numero")).toBeTruthy();
  act(() => world.box?.outsideCalls("none"));
  expect(screen.queryByLabelText("Chiama: nome, interno, ufficio o numero")).toBe(null);
  expect(screen.getByLabelText("Chiama: nome, interno o ufficio")).toBeTruthy();
});

describe("a call rings", () => {
  test("it is announced with name, number and queue, and the tone starts", () => {
    ring("a");
    expect(document.querySelector("[data-announcer=ring]")?.textContent).toBe(
      "Chiamata in arrivo da Carla Bianchi, 331 555 0123, coda URP.",
    );
    expect(world.ringing).toContain("Carla Bianchi");
    expect(screen.getByRole("button", { name: "Rispondi" })).toBeTruthy();
  });

  test("the focus stays in the search field", () => {
    const search = screen.getByLabelText("Cerca ufficio o operatore");
    act(() => search.focus());
    ring("a");
    expect(document.activeElement).toBe(search);
  });

  test("a transferred call shows the office, its reason and the minutes already waited", () => {
    const transferredFrom = {
      officeId: "x_test2",
      officeLabel: "Ufficio Ambiente",
      operatorLogin: null,
      transferId: null,
      reason: "competence" as const,
      isConsultation: false,
      isOverflow: false,
      isOfficeCall: false,
      visitsBefore: 1,
      waitedSeconds: 185,
    };
    act(() => world.box?.card(boxCard("a", { kind: "ringing" }, { transferredFrom })));
    expect(screen.getByText("Trasferita da Ufficio Ambiente")).toBeTruthy();
    expect(screen.getByText("Competenza di un altro ufficio")).toBeTruthy();
    expect(screen.getByText("3 min")).toBeTruthy();
    expect(screen.getByText(/è già stato in questo ufficio/)).toBeTruthy();
  });

  test("whom the other office names as being on the line is said, as long as it is not the citizen", () => {
    const onTheLine = { number: null, displayName: "Comune Tre", isWithheld: false };
    act(() => world.box?.card({ ...boxCard("a", { kind: "talking" }), onTheLine }));
    expect(screen.getByText("Adesso è in linea: Comune Tre").getAttribute("role")).toBe("status");
    act(() => world.box?.card(boxCard("a", { kind: "talking" })));
    expect(screen.queryByText(/Adesso è in linea/)).toBeNull();
  });

  test("a call out of another office's queue says so, and whose the ticket is", () => {
    const transferredFrom = {
      officeId: "x_test2",
      officeLabel: "Ufficio Ambiente",
      operatorLogin: null,
      transferId: null,
      reason: "overflow" as const,
      isConsultation: false,
      isOverflow: true,
      isOfficeCall: false,
      visitsBefore: 0,
      waitedSeconds: 185,
    };
    act(() => world.box?.card(boxCard("a", { kind: "ringing" }, { transferredFrom })));
    expect(screen.getByText("Dalla coda di Ufficio Ambiente")).toBeTruthy();
    expect(screen.getByText(/Il ticket resta loro/)).toBeTruthy();
    expect(document.querySelector("[data-announcer=ring]")?.textContent).toContain("Dalla coda di Ufficio Ambiente");
  });

  test("a citizen who is to be called back rings like a call that comes in, and the card says so", () => {
    act(() => world.box?.card(boxCard("a", { kind: "ringing" }, { direction: "out" })));
    expect(screen.getByText(/ha chiesto di essere richiamato/)).toBeTruthy();
  });

  test("in English", async () => {
    await act(async () => screen.getByRole("button", { name: /EN, English/ }).click());
    ring("a");
    expect(screen.getByRole("button", { name: "Answer" })).toBeTruthy();
    expect(document.documentElement.lang).toBe("en");
  });
});

test("keys: Ctrl+Shift+A answers the ringing call, a letter alone does nothing", async () => {
  ring("a");
  const press = (init: KeyboardEventInit): Promise<void> =>
    act(async () => void document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...init })));
  await press({ key: "a" });
  expect(world.asked).toEqual([]);
  await press({ key: "A", ctrlKey: true, shiftKey: true });
  expect(world.asked).toEqual(["answer a"]);
});
