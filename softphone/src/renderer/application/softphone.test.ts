/** The operator's commands against a world without a network: order of requests, and what a failure leaves behind. */
import { beforeEach, describe, expect, test } from "vitest";
import { boxCard, FakeWorld } from "../../../testing/fake-ports.ts";
import { createSoftphone } from "./softphone.ts";
import { cardStateOf } from "../domain/call/call.ts";
import type { Softphone } from "./softphone.ts";

let world: FakeWorld;
let softphone: Softphone;
const destination = {
  target: { kind: "office", officeId: "x_test2" } as const,
  label: "Ambiente",
  tariff: "free" as const,
};

beforeEach(async () => {
  world = new FakeWorld();
  softphone = createSoftphone(world.ports);
  await softphone.session.restore(null);
});

function ring(callId: string): void {
  world.box?.card(boxCard(callId, { kind: "ringing" }));
  world.phone?.ringing({ callId, caller: { number: null, displayName: null, isWithheld: true } });
}

async function talk(callId: string): Promise<void> {
  ring(callId);
  await softphone.calls.answer(callId);
  world.box?.card(boxCard(callId, { kind: "talking" }));
}

function states(): string[] {
  return softphone.store.read().calls.map((entry) => `${entry.callId} ${cardStateOf(entry)}`);
}

describe("answering a moment before the ring itself is here", () => {
  const caller = { number: null, displayName: null, isWithheld: true };

  test("answers the ring when it comes", async () => {
    world.box?.card(boxCard("a", { kind: "ringing" }));
    await softphone.calls.answer("a");
    expect(world.asked).toEqual([]);
    world.phone?.ringing({ callId: "a", caller });
    await Promise.resolve();
    expect(world.asked).toEqual(["answer a"]);
  });

  test("does not answer when the call rings here another time", async () => {
    world.box?.card(boxCard("a", { kind: "ringing" }));
    await softphone.calls.answer("a");
    world.box?.card(boxCard("a", { kind: "gone", why: "no-answer" }));
    world.box?.card(boxCard("a", { kind: "ringing" }));
    world.phone?.ringing({ callId: "a", caller });
    await Promise.resolve();
    expect(world.asked).toEqual([]);
  });
});

describe("a call of one's own", () => {
  const outgoing = (callId: string, myState: Parameters<typeof boxCard>[1]) => {
    const card = boxCard(callId, myState);
    return { ...card, call: { ...card.call, direction: "out" as const, calledNumber: "+393335550123" } };
  };
  const toNumber = (number: string) => ({ target: { kind: "number", number }, label: number }) as const;
  const idOf = () => world.asked[0]?.split(" ")[1] ?? "";

  test("is answered by itself when it rings here, and only once", async () => {
    expect(await softphone.calls.dial(toNumber("333 555 0123"))).toBe(true);
    const callId = idOf();
    world.box?.card(outgoing(callId, { kind: "dialling", stage: "own-phone" }));
    world.phone?.ringing({ callId, caller: { number: null, displayName: null, isWithheld: true } });
    await Promise.resolve();
    world.box?.card(outgoing(callId, { kind: "dialling", stage: "ringing" }));
    expect(world.asked).toEqual([`dial ${callId} 333 555 0123`, `answer ${callId}`]);
    expect(states()).toEqual([`${callId} dialling`]);
    expect(softphone.store.read().selectedCallId).toBe(callId);
  });

  test("that rings before the box has answered is answered too", async () => {
    world.hold("dial");
    const dialled = softphone.calls.dial(toNumber("112"));
    world.phone?.ringing({ callId: idOf(), caller: { number: null, displayName: null, isWithheld: true } });
    world.letThrough("dial");
    await dialled;
    expect(world.asked).toContain(`answer ${idOf()}`);
  });

  test("that the box refuses says why, and answers nothing by itself", async () => {
    world.refused.set("dial", { ok: false, why: "refused", detail: "number-not-allowed" });
    expect(await softphone.calls.dial(toNumber("899 123456"))).toBe(false);
    expect(softphone.store.read().dialling).toEqual({
      last: toNumber("899 123456"),
      outcome: { kind: "problem", problem: "number-not-allowed" },
    });
    ring(idOf());
    expect(world.asked).toHaveLength(1);
  });

  test("that nobody answered stays on the screen and is no missed call", () => {
    world.box?.card(outgoing("a", { kind: "dialling", stage: "own-phone" }));
    world.box?.card(outgoing("a", { kind: "gone", why: "no-answer" }));
    expect(states()).toEqual(["a ended"]);
    expect(softphone.store.read().notices).toEqual([]);
  });
});

describe("a call taken from a colleague", () => {
  const ringsHere = () => {
    world.box?.card(boxCard("picked-up", { kind: "ringing" }));
    world.phone?.ringing({ callId: "picked-up", caller: { number: null, displayName: null, isWithheld: true } });
  };

  test("is answered by itself when it rings here", async () => {
    await softphone.calls.pickUp("bruno");
    ringsHere();
    await Promise.resolve();
    expect(world.asked).toEqual(["pick-up bruno", "answer picked-up"]);
  });

  test("that rings before the box has answered is answered too", async () => {
    world.hold("pick-up");
    const picked = softphone.calls.pickUp("bruno");
    ringsHere();
    world.letThrough("pick-up");
    await picked;
    expect(world.asked).toEqual(["pick-up bruno", "answer picked-up"]);
  });

  test("that goes on in another call is answered by itself", async () => {
    world.box?.card(boxCard("joined", { kind: "ringing" }));
    const caller = { number: null, displayName: null, isWithheld: true };
    world.phone?.ringing({ callId: "joined", caller, continues: true });
    await Promise.resolve();
    expect(world.asked).toEqual(["answer joined"]);
  });

  test("that no longer rings there says so, and nothing is answered by itself", async () => {
    world.refused.set("pick-up", { ok: false, why: "refused", detail: "wrong-state" });
    await softphone.calls.pickUp("bruno");
    expect(softphone.store.read().notices).toMatchObject([{ kind: "problem", text: "problem.pick-up.over" }]);
    ringsHere();
    await Promise.resolve();
    expect(world.asked).toEqual(["pick-up bruno"]);
  });
});

describe("calls", () => {
  test("answering a second call holds the first one before", async () => {
    await talk("a");
    ring("b");
    await softphone.calls.answer("b");
    expect(world.asked).toEqual(["answer a", "hold a", "answer b"]);
  });

  test("a call that does not ring cannot be answered or declined", async () => {
    await talk("a");
    await softphone.calls.answer("a");
    softphone.calls.decline("a");
    expect(world.asked).toEqual(["answer a"]);
  });

  test("a hold that the box refuses is told, and the call goes on", async () => {
    await talk("a");
    world.refused.set("hold", { ok: false, why: "refused", detail: "wrong-state" });
    await softphone.calls.toggleHold("a");
    expect(softphone.store.read().notices).toMatchObject([{ kind: "problem", text: "problem.hold" }]);
    expect(states()).toEqual(["a talking"]);
  });

  test("an expired session asks to sign in again and closes the telephone", async () => {
    await talk("a");
    world.refused.set("hold", { ok: false, why: "expired", detail: null });
    await softphone.calls.toggleHold("a");
    expect(softphone.store.read().session).toEqual({ kind: "signed-out", problem: "expired" });
    expect(world.phone).toBeNull();
  });
});

describe("transfer", () => {
  async function prepared(): Promise<void> {
    await talk("a");
    await softphone.transfer.open("a");
    world.box?.card(boxCard("a", { kind: "holding" }));
    softphone.transfer.choose(destination);
    softphone.transfer.explain({ reason: "competence", message: "" });
  }

  test("the first click holds the citizen, the last one asks for the transfer", async () => {
    await prepared();
    expect(world.asked).toEqual(["answer a", "hold a"]);
    await softphone.transfer.confirm();
    expect(world.asked.at(-1)).toBe("transfer a → x_test2");
    expect(softphone.store.read().transfer.step).toBe("sent");
  });

  test("cancel before the request brings the citizen back with a resume", async () => {
    await prepared();
    await softphone.transfer.cancel("a");
    expect(world.asked.at(-1)).toBe("resume a");
    expect(softphone.store.read().transfer).toEqual({ step: "closed" });
  });

  test("cancel while the request is on its way waits for it and then takes it back", async () => {
    await prepared();
    world.hold("transfer");
    const confirming = softphone.transfer.confirm();
    const cancelling = softphone.transfer.cancel("a");
    expect(world.asked.at(-1)).toBe("transfer a → x_test2");
    world.letThrough("transfer");
    await Promise.all([confirming, cancelling]);
    expect(world.asked.slice(-2)).toEqual(["transfer a → x_test2", "cancel-transfer a"]);
  });

  test("a box that is away leaves the confirmation open with the reason", async () => {
    await prepared();
    world.refused.set("transfer", { ok: false, why: "away", detail: null });
    await softphone.transfer.confirm();
    expect(softphone.store.read().transfer).toMatchObject({ step: "confirming", problem: "problem.box-away" });
  });
});
