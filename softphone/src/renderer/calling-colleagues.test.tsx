/** Colleagues and offices called from the page, and being called back when a busy colleague is free. */
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { boxCard, type FakeWorld } from "../../testing/fake-ports.ts";
import { renderApp } from "../../testing/rendered-app.tsx";
import type { BoxCard, MyPart } from "./domain/call/call.ts";

let world: FakeWorld;
const bruno = {
  login: "bruno",
  displayName: "Bruno Sì",
  extension: "202",
  state: "on-call",
  recallUntil: null,
} as const;
const ask = "Richiamami quando è libero: Bruno Sì";
const takeBack = "Non richiamarmi più: Bruno Sì";
const nobody = { number: null, displayName: null, isWithheld: false };

// jsdom knows the element but not its methods.
Object.assign(HTMLDialogElement.prototype, { showModal: () => undefined, close: () => undefined });
Object.assign(Element.prototype, { scrollIntoView: () => undefined });

beforeEach(async () => {
  ({ world } = await renderApp());
  act(() => world.box?.welcome("available", []));
  world.colleagues = [bruno, { ...bruno, login: "ugo", displayName: "Ugo Re", extension: "203", state: "available" }];
});
afterEach(cleanup);

/** The card of a call that Anna makes to Bruno. */
function toBruno(callId: string, myState: MyPart): BoxCard {
  const call = { direction: "internal", caller: { ...nobody, displayName: "Anna Verdi" }, queue: null } as const;
  const called = { kind: "operator", operatorLogin: "bruno", label: "Bruno Sì" } as const;
  return { ...boxCard(callId, myState, { ...call, calledNumber: "202" }), called };
}

function card(callId: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-call-id="${callId}"]`);
  if (found === null) throw new Error(`no card of call ${callId}`);
  return found;
}

const field = () => screen.getByRole<HTMLInputElement>("combobox", { name: /^Chiama/ });
function type(value: string): void {
  fireEvent.change(field(), { target: { value } });
}
const options = () => within(field().closest("form") as HTMLElement).queryAllByRole("option");

describe("the field", () => {
  test("a name and Enter, without a look at the list: the colleague is called", async () => {
    fireEvent.keyDown(window, { key: "L", ctrlKey: true, shiftKey: true });
    expect(document.activeElement).toBe(field());
    type("bruno");
    fireEvent.submit(field());
    await screen.findByText("Richiama Bruno Sì", {}, { timeout: 8_000 });
    expect(world.asked).toEqual([expect.stringMatching(/^dial \S+ bruno$/)]);
    await waitFor(() => expect([field().value, options()]).toEqual(["", []]));
  });

  test("arrow keys move in the list, which the screen reader follows; an office comes after the colleagues", async () => {
    type("o");
    await screen.findAllByRole("option");
    expect(options().map((one) => one.dataset["choice"])).toEqual(["operator-bruno", "operator-ugo", "office-x_test2"]);
    fireEvent.keyDown(field(), { key: "ArrowDown" });
    fireEvent.keyDown(field(), { key: "ArrowDown" });
    const active = document.getElementById(field().getAttribute("aria-activedescendant") ?? "");
    expect(active?.textContent).toContain("Ufficio Ambiente");
    await act(async () => fireEvent.submit(field()));
    expect(world.asked).toEqual([expect.stringMatching(/^dial \S+ x_test2$/)]);
  });

  test("an extension is the colleague's, and the number stays below it", async () => {
    type("202");
    await screen.findByText("Risultati: 4");
    expect(
      options()
        .map((one) => one.dataset["choice"])
        .slice(0, 2),
    ).toEqual(["operator-bruno", "dialled-number"]);
  });

  test("help is called without waiting for the directory", async () => {
    type("112");
    await act(async () => fireEvent.submit(field()));
    expect(world.asked).toEqual([expect.stringMatching(/^dial \S+ 112$/)]);
  });

  test("a call that is refused is said, and the number stays in the field", async () => {
    world.refused.set("dial", { ok: false, why: "refused", detail: "invalid-number" });
    type("333121");
    await act(async () => fireEvent.submit(field()));
    expect(screen.getAllByRole("alert").map((alert) => alert.textContent)).toContain(
      "Non è un numero che si possa chiamare.",
    );
    expect(field().value).toBe("333121");
  });

  test("without a line to the outside there are colleagues and offices only", async () => {
    act(() => world.box?.outsideCalls("none"));
    expect(screen.getByLabelText("Chiama: nome, interno o ufficio")).toBeTruthy();
    type("202");
    await screen.findByText("Risultati: 3");
    expect(options()[1]?.dataset["choice"]).toBe("operator-ugo");
  });
});

describe("a busy colleague", () => {
  test("one more Enter, and the box will call back: the keyboard is on the button", async () => {
    world.refused.set("dial", { ok: false, why: "refused", detail: "colleague-busy" });
    type("bruno");
    fireEvent.submit(field());
    await screen.findByText("Bruno Sì è occupato.", {}, { timeout: 8_000 });
    const button = document.activeElement as HTMLElement;
    expect(button.textContent).toBe(ask);
    expect(screen.getByText("Bruno Sì è occupato.").closest("[role=alert]")).not.toBeNull();
    await act(async () => button.click());
    expect(world.asked.at(-1)).toBe("ask-recall bruno");
    expect(screen.getByText(/appena Bruno Sì è libero squilla qui/).closest("[role=status]")).not.toBeNull();
    expect([field().value, document.activeElement]).toEqual(["", field()]);
  });

  test("in the directory: the button asks, then takes back; the keyboard stays on it", async () => {
    fireEvent.change(screen.getByLabelText("Cerca ufficio o operatore"), { target: { value: "o" } });
    const button = await screen.findByRole("button", { name: ask });
    expect(screen.queryByRole("button", { name: /Richiamami.*Ugo Re/ })).toBeNull();
    button.focus();
    act(() => world.box?.officeNews({ topic: "colleagues", items: [bruno] }));
    await act(async () => button.click());
    const until = "2026-11-26T10:30:00.000Z";
    act(() => world.box?.officeNews({ topic: "recalls", items: [{ login: "bruno", until }] }));
    const again = await screen.findByRole("button", { name: takeBack });
    expect(document.activeElement).toBe(again);
    await act(async () => again.click());
    act(() => world.box?.officeNews({ topic: "recalls", items: [] }));
    expect(world.asked).toEqual(["ask-recall bruno", "cancel-recall bruno"]);
    await screen.findByRole("button", { name: ask });
  });

  test("a box that does not answer is said", async () => {
    world.refused.set("ask-recall", { ok: false, why: "away", detail: null });
    fireEvent.change(screen.getByLabelText("Cerca ufficio o operatore"), { target: { value: "o" } });
    const button = await screen.findByRole("button", { name: ask });
    await act(async () => button.click());
    expect(screen.getByText(/il richiamo è rimasto com'era/)).toBeTruthy();
  });
});

describe("the call back", () => {
  const rings = (): void => {
    act(() => {
      world.box?.card(toBruno("a", { kind: "ringing" }));
      world.phone?.ringing({ callId: "a", caller: { ...nobody, displayName: "Bruno Sì" } });
    });
  };

  test("rings as what it is, and is not answered by itself", () => {
    rings();
    expect(world.asked).toEqual([]);
    expect(document.querySelector('[data-announcer="ring"]')?.textContent).toBe(
      "Bruno Sì è libero. Rispondi per chiamarlo.",
    );
    expect(within(card("a")).getByRole("heading").textContent).toBe("Bruno Sì");
    expect(within(card("a")).getByRole("button", { name: "Lascia perdere" })).toBeTruthy();
  });

  test("answered: the colleague is called, the box plays the tone, and the two talk", async () => {
    rings();
    await act(async () => within(card("a")).getByRole("button", { name: "Chiama" }).click());
    act(() => world.phone?.opened("a"));
    act(() => world.box?.card(toBruno("a", { kind: "dialling", stage: "ringing" })));
    expect([card("a").dataset["cardState"], world.ringback]).toEqual(["dialling", "off"]);
    act(() => world.box?.card(toBruno("a", { kind: "talking" })));
    const names = within(card("a"))
      .getAllByRole("button")
      .map((button) => button.textContent);
    expect(names).toEqual(expect.arrayContaining(["Metti in attesa", "Trasferisci", "Riaggancia"]));
  });

  test("not taken: gone from the screen, with a line that says so, and no missed call", () => {
    rings();
    act(() => {
      world.box?.card(toBruno("a", { kind: "gone", why: "no-answer" }));
      world.phone?.ended("a", "over");
    });
    expect(document.querySelector('[data-call-id="a"]')).toBeNull();
    expect([...document.querySelectorAll("[data-notice]")].map((one) => one.textContent)).toEqual([
      expect.stringContaining("Bruno Sì era libero, il richiamo non è stato preso"),
    ]);
  });
});

test("a colleague who does not answer: said on the card, which calls again", async () => {
  act(() => {
    world.box?.card(toBruno("a", { kind: "dialling", stage: "own-phone" }));
    world.phone?.ringing({ callId: "a", caller: nobody });
  });
  expect(within(card("a")).getByText(/poi chiamo il collega/)).toBeTruthy();
  act(() => world.box?.card(toBruno("a", { kind: "gone", why: "callee-no-answer" })));
  expect(within(card("a")).getByText("Il collega non risponde.")).toBeTruthy();
  await act(async () => within(card("a")).getByRole("button", { name: "Richiama" }).click());
  expect(world.asked).toEqual([expect.stringMatching(/^dial \S+ bruno$/)]);
});

test("an office that is lost while it rings there refused nothing: said so on the card", () => {
  const called = { kind: "office", officeId: "c_b200", label: "Comune B" } as const;
  act(() => {
    world.box?.card({ ...boxCard("a", { kind: "dialling", stage: "ringing" }, { direction: "out" }), called });
  });
  act(() => {
    world.box?.card({ ...boxCard("a", { kind: "gone", why: "callee-not-reachable" }, { direction: "out" }), called });
  });
  expect(within(card("a")).getByText("Squillava, ma l'ufficio non è più raggiungibile. Riprovi.")).toBeTruthy();
});

test("who called a colleague may transfer, to colleagues only", async () => {
  const called = { kind: "operator", operatorLogin: "bruno", label: "Bruno Sì" } as const;
  world.colleagues = [{ ...bruno, login: "dora", displayName: "Dora Gialli", state: "available" }];
  act(() => {
    world.box?.card({ ...boxCard("a", { kind: "talking" }, { direction: "internal" }), called });
    world.phone?.opened("a");
  });
  await act(async () => within(card("a")).getByRole("button", { name: "Trasferisci" }).click());
  const options = await within(card("a")).findAllByRole("option");
  expect(options.map(({ textContent }) => textContent)).toEqual([expect.stringContaining("Dora Gialli")]);
});

test("a call that somebody else answers says who, by name", () => {
  const called = { kind: "operator", operatorLogin: "bruno", label: "Bruno Sì" } as const;
  act(() => {
    world.box?.officeNews({
      topic: "colleagues",
      items: [{ login: "dora", displayName: "Dora Gialli", state: "on-call" }],
    });
    world.box?.card({ ...boxCard("a", { kind: "talking" }, { operatorLogin: "dora" }), called });
  });
  expect(within(card("a")).getByText("Risponde un altro collega: Dora Gialli")).toBeTruthy();
});

test("another office calls: which, and that there is no citizen", () => {
  const origin = {
    officeId: "x_test2",
    officeLabel: "Ufficio Ambiente",
    operatorLogin: null,
    transferId: null,
    reason: null,
    waitedSeconds: 0,
    isConsultation: false,
    isOverflow: false,
    visitsBefore: 0,
    isOfficeCall: true,
  };
  const caller = { ...nobody, displayName: "Ufficio Ambiente" };
  act(() => world.box?.card(boxCard("a", { kind: "ringing" }, { caller, transferredFrom: origin })));
  expect(within(card("a")).getByText("Chiamata di un collega di Ufficio Ambiente")).toBeTruthy();
});
