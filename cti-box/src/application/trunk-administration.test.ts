/** Trunks change while calls are up. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import type { TrunkSettings } from "./office-settings.ts";

const callerId = { number: "+390668888888" };
const account = { user: "office", password: "secret of tim", registrar: "sip:tim.example" };
const tim = {
  trunkId: "tim",
  carrier: "TIM",
  addresses: ["192.0.2.1"],
  outbound: { uri: "sip:tim.example", callerId },
  account,
};
const fresh = { trunkId: "fresh", carrier: "Fresh", addresses: ["192.0.2.9"] };

let scene: OfficeScene;
async function open(trunks: readonly TrunkSettings[] = [tim], kept?: OfficeScene["keptTrunks"]): Promise<void> {
  scene = await OfficeScene.open({ ...officeSettings({ trunks }), ...(kept && { keptTrunks: kept }) });
  scene.signIn(anna);
  await scene.settle();
}
beforeEach(() => open());
afterEach(() => scene.box.close());

const administration = () => scene.box.trunkAdministration;
const from = (trunkId: string) => scene.invite({ source: { kind: "trunk", trunkId } });

test("the stack knows at once where carriers' calls come from, also of trunks that were kept", async () => {
  expect(scene.spared).toEqual(["192.0.2.1"]);
  administration().add(fresh, "anna");
  expect(scene.spared).toEqual(["192.0.2.1", "192.0.2.9"]);
  const kept = scene.keptTrunks;
  await scene.box.close();
  await open([tim], kept);
  expect(scene.spared).toEqual(["192.0.2.1", "192.0.2.9"]);
  administration().change("fresh", { addresses: ["192.0.2.10"] }, "anna");
  expect(scene.spared).toEqual(["192.0.2.1", "192.0.2.10"]);
  administration().remove("fresh", "anna");
  expect(scene.spared).toEqual(["192.0.2.1"]);
});

describe("a trunk that is added", () => {
  test("registers and is probed at once, and its carrier is known by its address", async () => {
    const uri = "sip:fresh.example";
    const settings = {
      ...fresh,
      outbound: { uri, callerId, probeSeconds: 30 },
      account: { ...account, registrar: uri },
    };
    expect(administration().add(settings, "anna")).toMatchObject({ ok: true });
    await scene.settle();
    expect(scene.sip.registered).toContain("fresh 600");
    expect(scene.sip.probes).toBe(1);
    expect(scene.sip.credentials.get("fresh")).toBe("office");
    expect(scene.sip.host?.identifySource({ address: "192.0.2.9", port: 5060 })).toEqual({
      kind: "trunk",
      trunkId: "fresh",
    });
    expect(scene.box.trunks.list().map(({ trunkId, origin }) => [trunkId, origin])).toEqual([
      ["tim", "file"],
      ["fresh", "added"],
    ]);
  });

  test("is refused with every fault and its place, or when its name is taken", () => {
    const wrong = {
      ...fresh,
      addresses: ["192.0.2.1"],
      numbers: ["+39055*"],
      outbound: { uri: "sip:x", callerId: { number: "+390212345678" } },
    };
    expect(administration().add(wrong, "anna")).toMatchObject({
      ok: false,
      problems: [
        { pointer: "/numbers" },
        { pointer: "/outbound/callerId/number" },
        { pointer: "/addresses/0", detail: "192.0.2.1 is trunk tim's already" },
      ],
    });
    expect(administration().add(tim, "anna")).toEqual({ ok: false, reason: "trunk-exists" });
    expect(administration().history()).toEqual([]);
  });
});

test("session timers of a trunk hold at once for new calls, and its account is not registered anew for them", async () => {
  expect(scene.sip.sessionTimers.get("tim")).toBeNull();
  administration().change("tim", { sessionTimer: { mode: "request", seconds: 900 } }, "anna");
  expect(scene.sip.sessionTimers.get("tim")).toEqual({ mode: "request", seconds: 900, refresher: "auto" });
  administration().change("tim", { sessionTimer: { mode: "off" } }, "anna");
  expect(scene.sip.sessionTimers.get("tim")).toEqual({ mode: "off" });
  expect(administration().change("tim", { sessionTimer: { mode: "request", seconds: 60 } }, "anna")).toMatchObject({
    ok: false,
    problems: [{ pointer: "/sessionTimer/seconds" }],
  });
  await scene.settle();
  expect(scene.sip.registered).toEqual(["tim 600"]);
});

describe("a trunk that is removed", () => {
  test("gives its registration back; its calls go on and new ones are strangers'", async () => {
    const caller = await scene.call({ source: { kind: "trunk", trunkId: "tim" } });
    await scene.answer("anna");
    expect(administration().remove("tim", "anna")).toEqual({ ok: true, settings: null });
    await scene.settle();
    expect(scene.sip.registered).toEqual(["tim 600", "tim 0"]);
    expect(scene.sip.credentials.get("tim")).toBeNull();
    expect(scene.sip.openLegs()).toContain(caller);
    expect(scene.box.health().callsInProgress).toBe(1);
    expect(scene.sip.host?.identifySource({ address: "192.0.2.1", port: 5060 })).toEqual({ kind: "unknown" });
    scene.clock.move(3_600_000);
    await scene.settle();
    expect(scene.sip.registered).toHaveLength(2);
  });

  test("is left out of calls that were planned over it", async () => {
    await scene.box.close();
    await open([
      tim,
      { ...tim, trunkId: "other", addresses: ["192.0.2.2"], outbound: { uri: "sip:other.example", callerId } },
    ]);
    const order = { callId: scene.ids.callId(), number: "3331234567", ticketId: null };
    expect(await scene.box.commands.dial(anna, order)).toEqual({ ok: true });
    await scene.settle();
    administration().remove("tim", "anna");
    await scene.answer("anna");
    expect(scene.sip.done.at(-1)).toBe("place-leg sip:+393331234567@other.example");
  });
});

describe("a trunk that is changed", () => {
  test("is not registered anew when that did not change", async () => {
    expect(administration().change("tim", { capacity: 1, outbound: { prefixes: ["+39"] } }, "anna")).toMatchObject({
      ok: true,
    });
    await scene.settle();
    expect(scene.sip.registered).toEqual(["tim 600"]);
    await scene.call({ source: { kind: "trunk", trunkId: "tim" } });
    expect(scene.sip.invite(from("tim"))).toMatchObject({ kind: "refused", status: 503 });
  });

  test("registers anew with a new password, and gives up the old account when the user changes", async () => {
    administration().change("tim", { account: { password: "another" } }, "anna");
    await scene.settle();
    expect(scene.sip.registered).toEqual(["tim 600", "tim 600"]);
    administration().change("tim", { account: { user: "office2" } }, "anna");
    await scene.settle();
    expect(scene.sip.registered).toEqual(["tim 600", "tim 600", "tim 0", "tim 600"]);
    expect(scene.sip.credentials.get("tim")).toBe("office2");
  });

  test("loses what is taken out", async () => {
    expect(administration().change("tim", { account: null, outbound: null }, "anna")).toMatchObject({
      settings: { trunkId: "tim" },
    });
    await scene.settle();
    expect(scene.sip.registered.at(-1)).toBe("tim 0");
    expect(scene.box.trunks.list()[0]).toMatchObject({
      registration: null,
      outbound: null,
      health: null,
      origin: "changed",
    });
  });

  test("keeps its name, and one that is not there cannot be changed", () => {
    expect(administration().change("tim", { trunkId: "tom" }, "anna")).toMatchObject({ settings: { trunkId: "tim" } });
    expect(administration().change("nobody", {}, "anna")).toEqual({ ok: false, reason: "unknown-trunk" });
    expect(administration().remove("nobody", "anna")).toEqual({ ok: false, reason: "unknown-trunk" });
  });

  test("stays as it was when the change cannot be written down", () => {
    scene.writesFail = true;
    expect(() => administration().remove("tim", "anna")).toThrow("disk full");
    expect(scene.box.trunks.list()).toHaveLength(1);
    expect(administration().history()).toEqual([]);
  });
});

describe("after a restart", () => {
  test("changes hold over the file, removed trunks stay away, and a reset brings the file back", async () => {
    administration().change("tim", { priority: 3 }, "anna");
    administration().add(fresh, "anna");
    const kept = scene.keptTrunks;
    await scene.box.close();
    await open([tim], kept);
    expect(scene.box.trunks.list().map(({ trunkId, priority, origin }) => [trunkId, priority, origin])).toEqual([
      ["tim", 3, "changed"],
      ["fresh", 10, "added"],
    ]);
    administration().remove("tim", "anna");
    administration().reset("fresh", "anna");
    expect(scene.box.trunks.list()).toEqual([]);
    expect(administration().reset("tim", "anna")).toMatchObject({ ok: true, settings: { trunkId: "tim" } });
    expect(scene.box.trunks.list()).toMatchObject([{ trunkId: "tim", priority: 10, origin: "file" }]);
    expect(administration().reset("tim", "anna")).toEqual({ ok: false, reason: "unknown-trunk" });
  });

  test("a change that does not fit the file any more is left out, and the others hold", async () => {
    const wrong = { ...fresh, numbers: ["+39055*"] };
    await scene.box.close();
    await open([tim], { trunks: { fresh: wrong }, history: [] });
    expect(scene.box.trunks.list().map(({ trunkId }) => trunkId)).toEqual(["tim"]);
    expect(scene.log.messages("error")).toHaveLength(1);
  });
});

test("who changed what, and when, is kept without secrets, the latest first", () => {
  administration().change("tim", { account: { password: "another secret" }, priority: 3 }, "anna");
  administration().add(
    { ...fresh, account: { user: "u", password: "third secret" } } as { trunkId: string },
    "program, for root",
  );
  const history = administration().history();
  expect(history.map(({ what, by, trunkId }) => [what, by, trunkId])).toEqual([
    ["added", "program, for root", "fresh"],
    ["changed", "anna", "tim"],
  ]);
  expect(history[1]?.fields).toContainEqual({ field: "account.password", from: "***", to: "***" });
  expect(JSON.stringify([history, administration().settingsOf("tim"), scene.log])).not.toContain("secret");
});
