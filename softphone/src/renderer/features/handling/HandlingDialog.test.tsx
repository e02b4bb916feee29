/** Forwarding and do not disturb in a browser without pixels: what is shown, what is asked of the box. */
import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FakeWorld } from "../../../../testing/fake-ports.ts";
import { renderApp } from "../../../../testing/rendered-app.tsx";
import type { CallHandling } from "../../domain/session/call-handling.ts";

const plain: CallHandling = { doNotDisturb: false, callWaiting: false, always: null, busy: null, noAnswer: null };
let world: FakeWorld;

// jsdom knows the element but not its methods; what is open is shown.
Object.assign(HTMLDialogElement.prototype, {
  showModal(this: HTMLDialogElement) {
    this.open = true;
  },
  close(this: HTMLDialogElement) {
    this.open = false;
  },
});

beforeEach(async () => {
  ({ world } = await renderApp());
  act(() => world.box?.welcome("available", []));
});
afterEach(cleanup);

test("what is set is said in words in the header", () => {
  act(() => world.box?.callHandling({ ...plain, doNotDisturb: true, always: { kind: "queue", queueId: "urp" } }));
  const state = document.querySelector("[data-call-handling]");
  expect(state?.getAttribute("role")).toBe("status");
  expect(state?.textContent).toBe("Non disturbare attivoDeviazione attiva");
  act(() => world.box?.callHandling(plain));
  expect(document.querySelector("[data-call-handling]")?.textContent).toBe("");
});

test("choosing and saving asks the box, with the seconds of ringing", async () => {
  act(() => world.box?.callHandling(plain));
  fireEvent.click(screen.getByRole("button", { name: "Deviazioni" }));
  fireEvent.click(screen.getByLabelText("Non disturbare"));
  fireEvent.click(screen.getByLabelText("Avviso di seconda chiamata"));
  fireEvent.change(screen.getByLabelText("Se non rispondo, devia a"), { target: { value: "queue:urp" } });
  fireEvent.change(screen.getByLabelText("Dopo quanti secondi"), { target: { value: "10" } });
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Salva" })));
  const wish = {
    ...plain,
    doNotDisturb: true,
    callWaiting: true,
    noAnswer: { target: { kind: "queue", queueId: "urp" }, afterSeconds: 10 },
  };
  const asked = world.asked.find((line) => line.startsWith("call-handling "));
  expect(JSON.parse(asked?.replace("call-handling ", "") ?? "null")).toEqual(wish);
  expect(document.querySelector("dialog[open]")).toBe(null);
});

test("what the box does not accept is said, and the dialog stays", async () => {
  act(() => world.box?.callHandling(plain));
  world.refused.set("call-handling", { ok: false, why: "away", detail: null });
  fireEvent.click(screen.getByRole("button", { name: "Deviazioni" }));
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Salva" })));
  expect(document.querySelector("dialog[open]")).not.toBe(null);
  expect(screen.getByText(/Le deviazioni non sono cambiate/)).toBeTruthy();
});
