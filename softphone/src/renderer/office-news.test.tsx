/** What the page shows of the others as the box tells it: citizens to be called back, colleagues in the directory. */
import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FakeWorld } from "../../testing/fake-ports.ts";
import { renderApp } from "../../testing/rendered-app.tsx";

let world: FakeWorld;

// jsdom knows the element but not its methods.
Object.assign(HTMLDialogElement.prototype, { showModal: () => undefined, close: () => undefined });

beforeEach(async () => {
  ({ world } = await renderApp());
  act(() => world.box?.welcome("available", []));
});
afterEach(() => {
  cleanup();
});

test("citizens to be called back are listed with queue and reason, counted for the screen reader, and gone with the last one", () => {
  expect(screen.queryByText(/Cittadini da richiamare/)).toBeNull();
  const since = new Date(Date.now() - 600_000).toISOString();
  const pending = { callId: "c", queueId: "urp", number: "+390655501234", since, state: "in-line" } as const;
  act(() => world.box?.officeNews({ topic: "callbacks", items: [pending] }));
  const [announced, title] = screen.getAllByText("Cittadini da richiamare: 1");
  expect(announced?.getAttribute("role")).toBe("status");
  expect(title?.tagName).toBe("SUMMARY");
  const item = screen.getAllByRole("listitem").find((one) => one.dataset["pendingCallback"] === "c");
  expect(item?.textContent).toMatch(/06 5550 1234.*URP · In attesa da 10:0.* · in fila per un operatore libero/);
  act(() => world.box?.officeNews({ topic: "callbacks", items: [] }));
  expect(screen.queryByText(/Cittadini da richiamare/)).toBeNull();
});

describe("the directory", () => {
  const bruno = {
    login: "bruno",
    displayName: "Bruno Sì",
    extension: "202",
    state: "available",
    recallUntil: null,
  } as const;
  const found = async (): Promise<HTMLElement> => {
    fireEvent.change(screen.getByLabelText("Cerca ufficio o operatore"), { target: { value: "bru" } });
    return screen.findByText("Bruno Sì");
  };

  test("shows what the box tells since, without asking again", async () => {
    world.colleagues = [bruno];
    const row = (await found()).closest("li");
    const looked = world.searches;
    expect(row?.textContent).toContain("Disponibile");
    act(() => world.box?.officeNews({ topic: "colleagues", items: [{ ...bruno, state: "available" }] }));
    act(() => world.box?.officeNews({ topic: "colleague-state", login: "bruno", state: "ringing" }));
    expect(within(row as HTMLElement).getByRole("button", { name: /^Prendi la chiamata/ })).toBeTruthy();
    expect(world.searches).toBe(looked);
  });

  test("asks again when the line to the box is there again", async () => {
    world.colleagues = [bruno];
    await found();
    const looked = world.searches;
    act(() => world.box?.link("lost"));
    act(() => world.box?.link("connected"));
    await vi.waitFor(() => expect(world.searches).toBeGreaterThan(looked));
  });
});
