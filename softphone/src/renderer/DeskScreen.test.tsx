/** The desk in a browser without pixels: what an operator finds when something does not go as planned. */
import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { boxCard, type FakeWorld } from "../../testing/fake-ports.ts";
import { renderApp } from "../../testing/rendered-app.tsx";
import type { TalkingTo } from "./domain/call/call.ts";
import type { Softphone } from "./application/softphone.ts";

let world: FakeWorld;
let softphone: Softphone;
const callLabel = "Chiama: nome, interno, ufficio o numero";

// jsdom knows the element but not its methods.
Object.assign(HTMLDialogElement.prototype, { showModal: () => undefined, close: () => undefined });

beforeEach(async () => {
  ({ world, softphone } = await renderApp());
  act(() => world.box?.welcome("available", []));
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

async function talk(callId: string): Promise<void> {
  act(() => {
    world.box?.card(boxCard(callId, { kind: "ringing" }));
    world.phone?.ringing({ callId, caller: { number: null, displayName: null, isWithheld: true } });
  });
  await act(() => softphone.calls.answer(callId));
  act(() => world.box?.card(boxCard(callId, { kind: "talking" })));
}

function card(callId: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-call-id="${callId}"]`);
  if (found === null) throw new Error(`no card of call ${callId}`);
  return found;
}

test("a stop of the box is told with its time, and no more once the line to the box is new", () => {
  const at = new Date(2026, 10, 26, 15, 30).toISOString();
  act(() => world.box?.boxStopping(at));
  const banner = screen.getByText(/Il centralino si sta fermando/);
  expect(banner.textContent).toContain("fino alle 15:30");
  expect(banner.closest("[role=status]")).not.toBeNull();
  act(() => world.box?.link("lost"));
  expect(screen.queryByText(/Il centralino si sta fermando/)).toBeNull();
});

test("a citizen is called from the field by keyboard; the stage is read, and the number can be called again", async () => {
  fireEvent.keyDown(window, { key: "L", ctrlKey: true, shiftKey: true });
  const field = screen.getByLabelText(callLabel);
  expect(document.activeElement).toBe(field);
  fireEvent.change(field, { target: { value: "333 555 0123" } });
  await act(async () => fireEvent.submit(field));
  const callId = world.asked[0]?.split(" ")[1] ?? "";
  const shown = (myState: Parameters<typeof boxCard>[1]) => {
    const made = boxCard(callId, myState);
    act(() => world.box?.card({ ...made, call: { ...made.call, direction: "out", calledNumber: "+393335550123" } }));
  };
  await act(async () =>
    world.phone?.ringing({ callId, caller: { number: null, displayName: null, isWithheld: true } }),
  );
  shown({ kind: "dialling", stage: "ringing" });
  expect(document.querySelector('[data-announcer="dial"]')?.textContent).toContain("Squilla");
  expect(world.ringback).toBe("on");
  shown({ kind: "gone", why: "callee-busy" });
  expect(world.ringback).toBe("off");
  expect(within(card(callId)).getByText("Il numero è occupato.")).toBeTruthy();
  await act(async () => within(card(callId)).getByRole("button", { name: "Richiama" }).click());
  expect(world.asked.at(-1)).toMatch(/^dial .* \+393335550123$/);
});

test("a wrong password is said once, and nobody is signed in", async () => {
  await act(() => softphone.session.signOut());
  world.signInProblem = "wrong-credentials";
  fireEvent.change(screen.getByLabelText("Nome utente"), { target: { value: "anna" } });
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: "no" } });
  await act(async () => screen.getByRole("button", { name: "Entra" }).click());
  const alerts = screen.getAllByRole("alert").map((alert) => alert.textContent);
  expect(alerts).toEqual(["Nome utente o password errati."]);
  expect(document.querySelector("main")?.dataset["sessionState"]).toBe("signed-out");
});

test("a second call gets a card of its own; call, ticket and note of the first stay on screen", async () => {
  await talk("a");
  fireEvent.change(screen.getByLabelText("Nota"), { target: { value: "chiede un sopralluogo" } });
  act(() => {
    world.box?.card(boxCard("b", { kind: "ringing" }));
    world.phone?.ringing({ callId: "b", caller: { number: null, displayName: null, isWithheld: true } });
  });
  expect(card("a").dataset["cardState"]).toBe("talking");
  expect(card("b").dataset["cardState"]).toBe("ringing");
  expect(document.querySelector("[data-ticket-panel]")?.getAttribute("data-ticket-panel")).toBe("a");
  expect(screen.getByLabelText<HTMLTextAreaElement>("Nota").value).toBe("chiede un sopralluogo");
});

test("a note can be written while the ticket is still looked for", async () => {
  await talk("a");
  expect(document.querySelector("[data-ticket-panel]")?.getAttribute("data-ticket-state")).toBe("searching");
  fireEvent.change(screen.getByLabelText("Nota"), { target: { value: "chiede un sopralluogo" } });
  expect(softphone.store.read().panels["a"]?.note).toMatchObject({ kind: "written", text: "chiede un sopralluogo" });
});

test("a ticket that does not come in time is said to be late, and appears when it comes", async () => {
  vi.useFakeTimers();
  await talk("a");
  const panel = (): string | null | undefined =>
    document.querySelector("[data-ticket-panel]")?.getAttribute("data-ticket-state");
  expect(panel()).toBe("searching");
  act(() => void vi.advanceTimersByTime(4_000));
  expect(panel()).toBe("away");
  expect(within(card("a")).getByText("Servizio ticket non raggiungibile")).toBeTruthy();
  const content = { kind: "new", phone: null, displayName: null } as const;
  act(() => world.crm?.pop({ callId: "a", contactId: "c".repeat(32), revision: 1, content, others: [] }));
  expect(panel()).toBe("new");
});

test.each([
  ["box", "Il centralino non risponde"],
  ["phone", "Il telefono non è registrato"],
  ["crm", "Il servizio ticket non risponde"],
] as const)("a lost line (%s) is said in plain words", (line, words) => {
  act(() => world[line]?.link("lost"));
  expect(document.querySelector(`[data-link-lost=${line}]`)?.textContent).toContain(words);
  act(() => world[line]?.link("connected"));
  expect(document.querySelector("[data-link-lost]")).toBeNull();
});

test("the call that rings at a colleague's can be taken from the directory, named for the screen reader", async () => {
  const ringing = {
    login: "bruno",
    displayName: "Bruno Sì",
    extension: "202",
    state: "ringing",
    recallUntil: null,
  } as const;
  world.colleagues = [ringing, { ...ringing, login: "ugo", displayName: "Ugo Re", state: "available" }];
  fireEvent.change(screen.getByLabelText("Cerca ufficio o operatore"), { target: { value: "o" } });
  const button = await screen.findByRole("button", { name: "Prendi la chiamata che squilla da Bruno Sì" });
  expect(screen.queryByRole("button", { name: /Prendi.*Ugo Re/ })).toBeNull();
  await act(async () => button.click());
  expect(world.asked).toEqual(["pick-up bruno"]);
});

test("a call is parked, and a parked one is announced and taken up again, named for the screen reader", async () => {
  await talk("a");
  await act(async () => screen.getByRole("button", { name: "Parcheggia" }).click());
  expect(world.asked.at(-1)).toBe("park a");
  const { caller } = boxCard("b", { kind: "ringing" }).call;
  act(() => {
    world.box?.officeNews({ topic: "colleagues", items: [{ login: "bruno", displayName: "Bruno Sì", state: "away" }] });
    const parked = { callId: "b", caller, parkedBy: "bruno", parkedAt: "2026-11-23T10:00:00.000Z" };
    world.box?.officeNews({ topic: "parked-calls", items: [parked] });
  });
  const button = screen.getByRole("button", { name: /Riprendi la chiamata parcheggiata di/ });
  expect(screen.getByText(/Parcheggiata da Bruno Sì/)).toBeTruthy();
  expect(screen.getByText("Chiamate parcheggiate: 1")).toBeTruthy();
  await act(async () => button.click());
  expect(world.asked.at(-1)).toBe("retrieve b");
});

test("a telephone number outside of the network can be chosen where the box offers it, and its cost is told twice", async () => {
  world.outsideNumber = "+390655501234";
  await talk("a");
  await act(() => softphone.transfer.open("a"));
  const field = screen.getByLabelText("A chi trasferire?");
  fireEvent.change(field, { target: { value: "06 5550 1234" } });
  const option = await screen.findByRole("option", { name: /\+390655501234/ }, { timeout: 8_000 });
  expect(option.textContent).toContain("A pagamento: linea esterna");
  fireEvent.keyDown(field, { key: "Enter" });
  act(() => softphone.transfer.explain({ reason: "competence", message: "" }));
  expect(within(card("a")).getByText("A pagamento: linea esterna")).toBeTruthy();
});

describe("a consultation", () => {
  const target = { kind: "operator", operatorLogin: "bruno" } as const;
  const destination = { target, label: "Bruno Sì", tariff: "free" as const };
  const at = (transferId: string, talkingTo: TalkingTo) =>
    boxCard("a", { kind: "transferring", progress: { phase: "consulting", transferId, target, talkingTo } });

  test("is offered before the transfer; who hears whom is announced; each step has its button", async () => {
    await talk("a");
    await act(() => softphone.transfer.open("a"));
    act(() => softphone.transfer.choose(destination));
    act(() => softphone.transfer.explain({ reason: "competence", message: "" }));
    await act(async () => screen.getByRole("button", { name: "Parla prima con la destinazione" }).click());
    const steps = softphone.store.read().transfer;
    if (steps.step !== "sent") throw new Error("the transfer was not sent");
    act(() => world.box?.card(at(steps.transferId, "target")));
    expect(within(card("a")).getByRole("status").textContent).toBe(
      "Parla con Bruno Sì. Il cittadino ascolta la musica e non sente.",
    );
    await act(async () => screen.getByRole("button", { name: "Torna un momento al cittadino" }).click());
    expect(world.asked.at(-1)).toBe("turn-to-caller a");
    act(() => world.box?.card(at(steps.transferId, "caller")));
    expect(within(card("a")).getByRole("status").textContent).toContain("Parla con il cittadino.");
    expect(screen.getByRole("button", { name: "Torna a Bruno Sì" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Annulla e riprendi il cittadino" })).toBeTruthy();
    await act(async () => screen.getByRole("button", { name: "Passa il cittadino a Bruno Sì" }).click());
    expect(world.asked.at(-1)).toBe("complete-transfer a");
  });

  test("becomes a conference and ends in each of its ways, each named for the screen reader", async () => {
    await talk("a");
    act(() => world.box?.card(at("x", "target")));
    await act(async () => screen.getByRole("button", { name: "Conferenza a tre" }).click());
    expect(world.asked.at(-1)).toBe("turn-to-everybody a");
    act(() => world.box?.card(at("x", "everybody")));
    expect(within(card("a")).getByRole("status").textContent).toBe(
      "Conferenza a tre: il cittadino, bruno e lei si sentono tutti.",
    );
    expect(screen.queryByRole("button", { name: "Conferenza a tre" })).toBeNull();
    await act(async () => screen.getByRole("button", { name: "Parla solo con bruno" }).click());
    expect(world.asked.at(-1)).toBe("turn-to-target a");
    await act(async () => screen.getByRole("button", { name: "Parla solo con il cittadino" }).click());
    expect(world.asked.at(-1)).toBe("turn-to-caller a");
    await act(async () => screen.getByRole("button", { name: "Esci e lascia il cittadino con bruno" }).click());
    expect(world.asked.at(-1)).toBe("complete-transfer a");
    await act(async () => screen.getByRole("button", { name: "Congeda bruno e resta con il cittadino" }).click());
    expect(world.asked.at(-1)).toBe("cancel-transfer a");
  });

  test("the colleague who is asked sees by whom, may mute and hang up, and nothing else", async () => {
    await talk("a");
    act(() => world.box?.card(boxCard("a", { kind: "consulted", by: "bruno", talksToMe: true, isConference: false })));
    expect(card("a").dataset["cardState"]).toBe("consulted");
    expect(within(card("a")).getByText(/bruno chiede un parere/)).toBeTruthy();
    const names = within(card("a"))
      .getAllByRole("button")
      .map((button) => button.textContent);
    expect(names).toContain("Spegni microfono");
    expect(names).toContain("Riaggancia");
    expect(names).not.toContain("Trasferisci");
    act(() => world.box?.card(boxCard("a", { kind: "consulted", by: "bruno", talksToMe: false, isConference: false })));
    expect(within(card("a")).getByText(/è tornato dal cittadino/)).toBeTruthy();
    act(() => world.box?.card(boxCard("a", { kind: "consulted", by: "bruno", talksToMe: true, isConference: true })));
    expect(within(card("a")).getByText(/il cittadino è in linea e sente/)).toBeTruthy();
  });
});

describe("a transfer that comes back", () => {
  const target = { kind: "office", officeId: "x_test2" } as const;
  const destination = { target, label: "Ufficio Ambiente", tariff: "free" as const };

  async function returned(): Promise<void> {
    await talk("a");
    await act(() => softphone.transfer.open("a"));
    act(() => softphone.transfer.choose(destination));
    act(() => softphone.transfer.explain({ reason: "competence", message: "" }));
    await act(() => softphone.transfer.confirm());
    const steps = softphone.store.read().transfer;
    if (steps.step !== "sent") throw new Error("the transfer was not sent");
    const { transferId } = steps;
    act(() =>
      world.box?.card({
        ...boxCard("a", { kind: "transferring", progress: { phase: "ringing", transferId, target } }),
      }),
    );
    const lastTransfer = { phase: "returned", transferId, target, cause: "no-answer" } as const;
    act(() => world.box?.card({ ...boxCard("a", { kind: "talking" }), lastTransfer }));
  }

  test("the card names the office and the reason, and offers another destination", async () => {
    await returned();
    expect(screen.getByText("Trasferimento a Ufficio Ambiente non riuscito")).toBeTruthy();
    expect(within(card("a")).getByText(/Nessuno ha risposto in tempo/)).toBeTruthy();
    await act(async () => screen.getByRole("button", { name: "Prova un'altra destinazione" }).click());
    expect(card("a").dataset["transferPhase"]).toBe("choosing");
    expect(world.asked.at(-1)).toBe("hold a");
  });

  test("after the call the card no longer says that the citizen is back", async () => {
    await returned();
    act(() => world.phone?.ended("a", "over"));
    expect(card("a").dataset["cardState"]).toBe("ended");
    expect(screen.queryByText(/di nuovo con lei/)).toBeNull();
  });
});
