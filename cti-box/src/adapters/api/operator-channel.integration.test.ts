/** The box's line to a page: who is greeted, who is rung, who hears what. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { channelFromBoxSchema } from "../../../contracts/index.ts";
import { ApiScene, type Line } from "../../../testing/api-scene.ts";
import { anna, bruno } from "../../../testing/office-scene.ts";
import { pingIntervalMs } from "./operator-channel.ts";

let scene: ApiScene;
beforeEach(async () => {
  scene = await ApiScene.open();
});
afterEach(() => scene.close());

const presence = () => scene.office.box.desk.presenceOf(anna);
const kind = (name: string) => (frame: Record<string, unknown>) => frame["kind"] === name;
const cardsOf = (line: Line) => line.frames.filter(kind("call"));
const pinged = (line: Line, sequence: number) => line.frame((frame) => frame["sequence"] === sequence);

async function joined(login: "anna" | "bruno"): Promise<Line> {
  const line = await scene.page((await scene.signIn(login)).token);
  scene.office.register(login === "anna" ? anna : bruno, "session");
  return line;
}

describe("a colleague who is waited for", () => {
  it("is asked for, listed, seen in the directory, and called back on the page when both are free", async () => {
    const { token } = await scene.signIn("anna");
    const page = await scene.page(token);
    scene.office.register(anna, "session");
    const put = await scene.ask("PUT", "/api/recalls/bruno", { token });
    expect(put.status).toBe(204);
    const { json } = await scene.ask("GET", "/api/recalls", { token });
    expect(json).toMatchObject({ items: [{ login: "bruno", until: expect.stringContaining("T") }] });
    const directory = await scene.ask("GET", "/api/directory?q=bruno", { token });
    expect(directory.json).toMatchObject({ operators: [{ recallUntil: expect.stringContaining("T") }] });
    scene.office.register(bruno, "phone");
    scene.office.clock.move(1_000);
    const frame = await page.frame(kind("call"));
    expect(channelFromBoxSchema.parse(frame)).toMatchObject({
      card: { myState: { kind: "ringing" }, called: { kind: "operator", operatorLogin: "bruno", label: "bruno" } },
    });
    const { json: now } = await scene.ask("GET", "/api/recalls", { token });
    expect(now).toMatchObject({ items: [{ login: "bruno", stage: "recalling" }] });
  });

  it("is waited for no longer after the operator has taken it back; unknown ones and oneself are refused", async () => {
    const { token } = await scene.signIn("anna");
    await scene.ask("PUT", "/api/recalls/bruno", { token });
    expect((await scene.ask("DELETE", "/api/recalls/bruno", { token })).status).toBe(204);
    expect((await scene.ask("GET", "/api/recalls", { token })).json).toEqual({ items: [] });
    for (const login of ["anna", "nobody"])
      expect((await scene.ask("PUT", `/api/recalls/${login}`, { token })).status).toBe(422);
  });
});

describe("greeting", () => {
  it("welcomes with the operator's state and the calls in hand", async () => {
    const page = await joined("anna");
    expect(page.frames[0]).toEqual({ kind: "welcome", operatorState: "unreachable", calls: [] });
    await scene.office.call();
    await page.frame(kind("call"));
    const { token } = await scene.signIn("anna");
    const again = await scene.page(token);
    expect(channelFromBoxSchema.parse(again.frames[0])).toMatchObject({ kind: "welcome" });
    for (const frame of [...page.frames, ...again.frames]) channelFromBoxSchema.parse(frame);
  });

  it("refuses a bad token and closes", async () => {
    const line = scene.line("/api/operator-channel");
    await line.opened;
    line.say({ kind: "hello", token: "not.a.token" });
    expect(await line.frame(kind("refused"))).toEqual({ kind: "refused", why: "bad-token" });
    await line.closed;
  });

  it("closes a line that says no hello within five seconds, whatever else it says", async () => {
    const line = scene.line("/api/operator-channel");
    await line.opened;
    for (const frame of ["{", '"x"', { kind: "pong", sequence: 1 }, { kind: "hello" }]) line.say(frame);
    scene.office.clock.move(5_000);
    await line.closed;
    expect(line.frames).toEqual([]);
  });

  it("takes one hello per line: a second operator cannot stay behind in it", async () => {
    const page = await joined("anna");
    const other = await scene.signIn("bruno");
    page.say({ kind: "hello", token: other.token });
    await page.read();
    scene.office.box.desk.setAvailability(anna, "away");
    await page.frame(kind("operator-state"));
    page.socket.close();
    await page.closed;
    expect(scene.office.box.desk.presenceOf(bruno)).toBe("signed-out");
  });

  it("a page of another origin is refused", async () => {
    const path = "/api/operator-channel";
    expect(await scene.line(path, { headers: { origin: "https://elsewhere.example" } }).opened).toBe(403);
    expect(await scene.line(path, { headers: { origin: "null" } }).opened).toBe(403);
    expect(await scene.line(path, { headers: { origin: scene.api.url } }).opened).toBe(101);
  });
});

describe("news of the others", () => {
  const news = (topic: string) => (frame: Record<string, unknown>) =>
    frame["kind"] === "office-news" && (frame["news"] as { topic?: string }).topic === topic;

  it("come after the welcome, and when a colleague joins or leaves", async () => {
    const page = await joined("anna");
    expect(channelFromBoxSchema.parse(await page.frame(news("colleagues")))).toMatchObject({
      news: {
        items: [
          { login: "anna", displayName: "Anna Là" },
          { login: "bruno", state: "signed-out" },
        ],
      },
    });
    const other = await joined("bruno");
    const state = await page.frame(
      (frame) => news("colleague-state")(frame) && /"bruno".*"available"/.test(JSON.stringify(frame)),
    );
    expect(channelFromBoxSchema.parse(state)).toMatchObject({ news: { login: "bruno", state: "available" } });
    await other.frame(news("callbacks"));
  });
});

describe("a stop of the box", () => {
  it("is told to every page, to those that come later as well, and new calls are refused in words", async () => {
    const page = await joined("anna");
    await scene.office.call();
    void scene.office.box.drain(60_000);
    const at = new Date(scene.office.clock.now() + 60_000).toISOString();
    expect(await page.frame(kind("box-stopping"))).toEqual({ kind: "box-stopping", at });
    const later = await joined("bruno");
    expect(channelFromBoxSchema.parse(await later.frame(kind("box-stopping")))).toEqual({ kind: "box-stopping", at });
    expect((await scene.ask("GET", "/api/status")).json).toMatchObject({ status: "stopping", callsInProgress: 1 });
  });
});

describe("pings", () => {
  it("a page that stops answering is not rung; when it answers again it is", async () => {
    const page = await joined("anna");
    expect(presence()).toBe("available");
    for (let sequence = 1; sequence <= 3; sequence += 1) {
      scene.office.clock.move(pingIntervalMs);
      await pinged(page, sequence);
    }
    expect(presence()).toBe("unreachable");
    expect(scene.office.log.messages("warn")).toEqual(["softphone page does not answer and is not rung"]);
    await scene.office.call();
    expect(scene.office.sip.placed).toEqual([]);
    page.say({ kind: "pong", sequence: 3 });
    await page.frame((frame) => frame["operatorState"] === "ringing");
    await scene.office.settle();
    expect(scene.office.sip.placed).toHaveLength(1);
  });

  it("a page that answers stays available", async () => {
    const page = await joined("anna");
    for (let sequence = 1; sequence <= 6; sequence += 1) {
      scene.office.clock.move(pingIntervalMs);
      await pinged(page, sequence);
      page.say({ kind: "pong", sequence });
      await page.read();
    }
    expect(presence()).toBe("available");
  });
});

describe("pages", () => {
  it("a second page of the operator takes over, and the first one is told", async () => {
    const { token } = await scene.signIn("anna");
    const first = await scene.page(token);
    const second = await scene.page(token);
    expect(await first.frame(kind("refused"))).toEqual({ kind: "refused", why: "replaced-by-other-page" });
    await first.closed;
    scene.office.register(anna, "session");
    await scene.office.call();
    await second.frame(kind("call"));
    expect(cardsOf(first)).toEqual([]);
    expect(presence()).toBe("ringing");
  });

  it("closing the page signs the operator off the line, and a call goes to the next", async () => {
    const page = await joined("anna");
    const next = await joined("bruno");
    await scene.office.call();
    await page.frame(kind("call"));
    page.socket.terminate();
    await next.frame(kind("call"));
    expect(presence()).not.toBe("ringing");
  });

  it("an operator hears of the own calls only", async () => {
    const own = await joined("anna");
    const other = await joined("bruno");
    await scene.office.call();
    const card = await own.frame(kind("call"));
    expect(channelFromBoxSchema.parse(card)).toMatchObject({
      card: { myState: { kind: "ringing" }, call: { caller: { number: "+393331234567" } } },
    });
    await scene.office.answer("anna");
    await own.frame((frame) => frame["operatorState"] === "on-call");
    scene.office.box.desk.setAvailability(bruno, "away");
    await other.frame((frame) => frame["operatorState"] === "away");
    expect(cardsOf(other)).toEqual([]);
  });
});
