/** New requests that a handler decides on, over real sockets (control protocol §11). */
import { afterEach, describe, expect, it } from "vitest";
import { portOf } from "../../testing/connected-application.ts";
import { listeningAt, OutboundScene } from "../../testing/outbound-scene.ts";
import { RawApplication } from "../../testing/raw-application.ts";
import { exampleSdp, headerOf, RawPeer } from "../../testing/raw-peer.ts";
import { RequestHandler } from "../../testing/request-handler.ts";
import type { ControlOptions } from "../control-options.ts";

let scene: OutboundScene;
const ends: (() => unknown)[] = [];

afterEach(async () => {
  await scene.close();
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
});

async function asking(answer: unknown, how: "GET" | "POST" = "GET"): Promise<{ server: RequestHandler }> {
  const opened = await OutboundScene.asking(answer, how);
  scene = opened.scene;
  return opened;
}

async function open(control: ControlOptions): Promise<void> {
  scene = await OutboundScene.open(control);
}

async function handlerSaying(answer: unknown): Promise<RequestHandler> {
  const server = await RequestHandler.open(answer);
  ends.push(() => server.close());
  return server;
}

describe("a handler is told", () => {
  it("the facts in the query", async () => {
    const { server } = await asking({ action: "reject", data: { status: 486 } });
    scene.call();
    await scene.final();
    const { method, query, body } = server.asked[0] ?? { method: "", query: new URLSearchParams(), body: "" };
    expect({ method, body, ...Object.fromEntries(query) }).toEqual({
      method: "INVITE",
      body: "",
      office: "one",
      domain: "127.0.0.1",
      protocol: "udp",
      source_address: "127.0.0.1",
      fromUser: "caller",
      toUser: "callee",
      uriUser: "callee",
      contentType: "application/sdp",
      uri: `sip:callee@127.0.0.1:${portOf(scene.engine, "udp")};tone=low;method=x`,
      tone: "low",
    });
    expect(server.asked[0]?.method).toBe("GET");
  });

  it("the whole message with POST", async () => {
    const { server } = await asking({ action: "reject", data: { status: 486 } }, "POST");
    const lines = scene.call();
    await scene.final();
    expect(server.asked[0]).toMatchObject({ method: "POST", type: "text/plain" });
    expect(server.asked[0]?.body).toContain(`${lines[0]}\r\n`);
    expect(server.asked[0]?.body.endsWith(exampleSdp)).toBe(true);
    expect(server.asked[0]?.query.get("fromUser")).toBe("caller");
  });
});

describe("a handler decides", () => {
  it("to reject", async () => {
    await asking({ action: "reject", data: { status: 603, reason: "Not today" } });
    scene.call();
    await scene.caller.receive(/^SIP\/2\.0 100/);
    expect(await scene.final()).toMatch(/^SIP\/2\.0 603 Not today\r\n/);
  });

  it("to redirect", async () => {
    await asking({ action: "redirect", data: { contact: ["sip:a@127.0.0.9", "sip:b@127.0.0.9"] } });
    scene.call();
    const answer = await scene.final();
    expect(answer).toMatch(/^SIP\/2\.0 302 /);
    expect(answer.match(/^Contact: .*$/gm)).toEqual(["Contact: <sip:a@127.0.0.9>", "Contact: <sip:b@127.0.0.9>"]);
  });

  it("to proxy, to the targets one after another", async () => {
    const server = await handlerSaying("");
    await open({ handlers: [{ method: "invite", url: server.url }] });
    const callee = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(scene.engine, "udp") });
    ends.push(() => callee.close());
    const destination = [`sip:busy@${callee.hostPort}`, callee.hostPort];
    server.answering = (_asked, response) => response.end(JSON.stringify({ action: "proxy", data: { destination } }));
    scene.call();
    for (const status of ["486 Busy Here", "200 OK"]) {
      const invite = await callee.receive(/^INVITE /);
      expect(invite).not.toMatch(/^Record-Route/m);
      const vias = [...invite.matchAll(/^Via: .*$/gm)].map(([line]) => line);
      const copied = ["From", "Call-ID", "CSeq"].map((name) => `${name}: ${headerOf(invite, name)}`);
      const to = `To: ${headerOf(invite, "To")};tag=${status.slice(0, 3)}`;
      callee.send([`SIP/2.0 ${status}`, ...vias, ...copied, to, `Contact: <sip:${callee.hostPort}>`]);
    }
    expect(await scene.final()).toMatch(/^SIP\/2\.0 200 OK[\s\S]*tag=200/);
  });

  it("for an application that listens: it gets the call, and ends the connection after it", async () => {
    const port = await listeningAt(ends);
    await asking({ action: "route", data: { uri: `127.0.0.1:${port}` } });
    for (let round = 0; round < 2; round += 1) {
      scene.call();
      const ok = await scene.final();
      expect(ok).toMatch(/^SIP\/2\.0 200/);
      scene.hangUp(ok);
      expect(await scene.final()).toMatch(/CSeq: 2 BYE/);
    }
    await expect
      .poll(() => scene.engine.load(), { timeout: 10_000 })
      .toMatchObject({ transactions: 0, dialogs: 0, unacknowledged: 0 });
  });

  it("for an application that listens, with several calls at once: each has a connection of its own", async () => {
    const port = await listeningAt(ends);
    await asking({ action: "route", data: { uri: `127.0.0.1:${port}` } });
    scene.call();
    const first = await scene.final();
    scene.call();
    const second = await scene.final();
    for (const ok of [second, first]) {
      scene.hangUp(ok);
      expect(await scene.final()).toMatch(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
    }
  });

  it("for a connected application with a tag, if it takes the method", async () => {
    const tagged = async (tags: string, verb: string): Promise<RawApplication> => {
      const application = await RawApplication.open(scene.engine.admin);
      ends.push(() => application.socket.destroy());
      application.send(`m1|authenticate|secret|${tags}`);
      await application.frame(/OK/);
      application.send(`m2|route|${verb}`);
      await application.frame(/OK/);
      return application;
    };
    const { server } = await asking({ action: "route", data: { tag: "night" } });
    scene.call();
    expect(await scene.final()).toMatch(/^SIP\/2\.0 480/);
    await tagged("day", "invite");
    await tagged("night", "register");
    scene.call();
    expect(await scene.final()).toMatch(/^SIP\/2\.0 480/);
    const night = await tagged("other,night", "invite");
    scene.call();
    const [meta = ""] = (await night.frame(/\|sip\|network/)).split("\r\n");
    night.send(`m3|sip|${meta.split("|")[8]}|\r\nSIP/2.0 486 Busy Here\r\n\r\n`);
    expect(await scene.final()).toMatch(/^SIP\/2\.0 486/);
    expect(server.asked).toHaveLength(3);
  });
});
