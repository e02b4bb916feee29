/** Request handlers that fail or come too late: the caller gets one clear answer (control protocol §11). */
import { afterEach, describe, expect, it } from "vitest";
import { OutboundScene } from "../../testing/outbound-scene.ts";
import { headerOf } from "../../testing/raw-peer.ts";
import { RequestHandler } from "../../testing/request-handler.ts";
import type { ControlOptions } from "../control-options.ts";

let scene: OutboundScene;

afterEach(() => scene.close());

async function asking(answer: unknown, how: "GET" | "POST" = "GET"): Promise<{ server: RequestHandler }> {
  const opened = await OutboundScene.asking(answer, how);
  scene = opened.scene;
  return opened;
}

async function open(control: ControlOptions): Promise<void> {
  scene = await OutboundScene.open(control);
}

describe("a handler that", () => {
  it.each([
    ["answers no JSON", "<html>"],
    ["leaves a field out", { action: "route", data: {} }],
    ["wants what does not exist", { action: "dance", data: {} }],
    ["says too much", " ".repeat(70_000)],
  ])("%s: 500", async (_name, answer) => {
    await asking(answer);
    scene.call();
    expect(await scene.final()).toMatch(/^SIP\/2\.0 500/);
  });

  it("fails: 500", async () => {
    const { server } = await asking("");
    server.answering = (_asked, response) => response.writeHead(503).end();
    scene.call();
    expect(await scene.final()).toMatch(/^SIP\/2\.0 500/);
    server.answering = (_asked, response) => response.destroy();
    scene.call();
    expect(await scene.final()).toMatch(/^SIP\/2\.0 500/);
  });

  it("is not there: 500", async () => {
    const server = await RequestHandler.open("");
    await open({ handlers: [{ method: "*", url: server.url }] });
    await server.close();
    scene.call();
    expect(await scene.final()).toMatch(/^SIP\/2\.0 500/);
  });

  it("does not answer: 500 after three seconds", async () => {
    const { server } = await asking("");
    server.answering = () => undefined;
    const began = performance.now();
    scene.call();
    expect(await scene.final()).toMatch(/^SIP\/2\.0 500/);
    expect(performance.now() - began).toBeGreaterThan(2_900);
    expect(performance.now() - began).toBeLessThan(4_500);
  });

  it("answers after the caller has given up: nothing more is said", async () => {
    const { server } = await asking("");
    const asked = new Promise<() => void>((resolve) => {
      server.answering = (_asked, response) =>
        resolve(() => response.end(JSON.stringify({ action: "reject", data: { status: 603 } })));
    });
    const lines = scene.call();
    const answer = await asked;
    scene.caller.send([
      lines[0]?.replace("INVITE", "CANCEL") ?? "",
      ...lines.slice(1, 5),
      "CSeq: 1 CANCEL",
      "Max-Forwards: 70",
    ]);
    expect(await scene.final()).toMatch(/^SIP\/2\.0 200[\s\S]*CSeq: 1 CANCEL/);
    const terminated = await scene.final();
    expect(terminated).toMatch(/^SIP\/2\.0 487/);
    answer();
    const to = `To: ${headerOf(terminated, "To")}`;
    scene.caller.send([
      lines[0]?.replace("INVITE", "ACK") ?? "",
      lines[1] ?? "",
      lines[2] ?? "",
      to,
      lines[4] ?? "",
      "CSeq: 1 ACK",
    ]);
    await expect.poll(async () => (await scene.engine.load()).transactions, { timeout: 10_000 }).toBe(0);
    expect(scene.caller.unread(/^SIP\/2\.0 603/)).toEqual([]);
  });
});
