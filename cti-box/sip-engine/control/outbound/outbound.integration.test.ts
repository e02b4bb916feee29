/** New requests that a handler decides on, and applications that wait for connections (`srf.listen`), over real sockets (control protocol §11). */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../../engine.ts";
import { portOf } from "../../testing/connected-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../../testing/raw-peer.ts";
import { acknowledgeAndHangUp, listeningApplication } from "../../testing/listening-application.ts";
import { RawApplication } from "../../testing/raw-application.ts";
import { RequestHandler } from "../../testing/request-handler.ts";
import { makeCertificates } from "../../testing/throwaway-certificates.ts";
import type { ControlOptions } from "../control-options.ts";

let engine: SipEngineHandle;
let caller: RawPeer;
let number = 0;
const ends: (() => unknown)[] = [];

afterEach(async () => {
  caller.close();
  await engine.close();
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
});

async function start(control: ControlOptions): Promise<void> {
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["secret"],
    contacts: ["sip:127.0.0.1:0;transport=udp"],
    t1Ms: 100,
    control,
  });
  caller = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") });
}

async function handler(answer: unknown): Promise<RequestHandler> {
  const server = await RequestHandler.open(answer);
  ends.push(() => server.close());
  return server;
}

/** The engine asks a handler that answers this about every request. */
async function startWith(answer: unknown, how: "GET" | "POST" = "GET"): Promise<RequestHandler> {
  const server = await handler(answer);
  await start({ handlers: [{ method: "*", url: server.url, how }] });
  return server;
}

/** An INVITE of the caller; its lines. */
function call(): string[] {
  number += 1;
  const lines = inviteLines(caller, `127.0.0.1:${portOf(engine, "udp")}`, { callId: `asked-${number}` });
  lines[0] = `INVITE sip:callee@127.0.0.1:${portOf(engine, "udp")};tone=low;method=x SIP/2.0`;
  caller.send(lines, exampleSdp);
  return lines;
}

const final = (): Promise<string> => caller.receive(/^SIP\/2\.0 [2-6]/, 8_000);

async function listening(tls?: { certFile: string; keyFile: string }): Promise<number> {
  const application = await listeningApplication("secret", tls);
  ends.push(() => application.close());
  return application.port;
}

const hangUp = (ok: string): void => acknowledgeAndHangUp(caller, ok);

describe("a handler is told", () => {
  it("the facts in the query", async () => {
    const server = await startWith({ action: "reject", data: { status: 486 } });
    call();
    await final();
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
      uri: `sip:callee@127.0.0.1:${portOf(engine, "udp")};tone=low;method=x`,
      tone: "low",
    });
    expect(server.asked[0]?.method).toBe("GET");
  });

  it("the whole message with POST", async () => {
    const server = await startWith({ action: "reject", data: { status: 486 } }, "POST");
    const lines = call();
    await final();
    expect(server.asked[0]).toMatchObject({ method: "POST", type: "text/plain" });
    expect(server.asked[0]?.body).toContain(`${lines[0]}\r\n`);
    expect(server.asked[0]?.body.endsWith(exampleSdp)).toBe(true);
    expect(server.asked[0]?.query.get("fromUser")).toBe("caller");
  });
});

describe("a handler decides", () => {
  it("to reject", async () => {
    await startWith({ action: "reject", data: { status: 603, reason: "Not today" } });
    call();
    await caller.receive(/^SIP\/2\.0 100/);
    expect(await final()).toMatch(/^SIP\/2\.0 603 Not today\r\n/);
  });

  it("to redirect", async () => {
    await startWith({ action: "redirect", data: { contact: ["sip:a@127.0.0.9", "sip:b@127.0.0.9"] } });
    call();
    const answer = await final();
    expect(answer).toMatch(/^SIP\/2\.0 302 /);
    expect(answer.match(/^Contact: .*$/gm)).toEqual(["Contact: <sip:a@127.0.0.9>", "Contact: <sip:b@127.0.0.9>"]);
  });

  it("to proxy, to the targets one after another", async () => {
    const server = await handler("");
    await start({ handlers: [{ method: "invite", url: server.url }] });
    const callee = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") });
    ends.push(() => callee.close());
    const destination = [`sip:busy@${callee.hostPort}`, callee.hostPort];
    server.answering = (_asked, response) => response.end(JSON.stringify({ action: "proxy", data: { destination } }));
    call();
    for (const status of ["486 Busy Here", "200 OK"]) {
      const invite = await callee.receive(/^INVITE /);
      expect(invite).not.toMatch(/^Record-Route/m);
      const vias = [...invite.matchAll(/^Via: .*$/gm)].map(([line]) => line);
      const copied = ["From", "Call-ID", "CSeq"].map((name) => `${name}: ${headerOf(invite, name)}`);
      const to = `To: ${headerOf(invite, "To")};tag=${status.slice(0, 3)}`;
      callee.send([`SIP/2.0 ${status}`, ...vias, ...copied, to, `Contact: <sip:${callee.hostPort}>`]);
    }
    expect(await final()).toMatch(/^SIP\/2\.0 200 OK[\s\S]*tag=200/);
  });

  it("for an application that listens: it gets the call, and ends the connection after it", async () => {
    const port = await listening();
    await startWith({ action: "route", data: { uri: `127.0.0.1:${port}` } });
    for (let round = 0; round < 2; round += 1) {
      call();
      const ok = await final();
      expect(ok).toMatch(/^SIP\/2\.0 200/);
      hangUp(ok);
      expect(await final()).toMatch(/CSeq: 2 BYE/);
    }
    await expect
      .poll(() => engine.load(), { timeout: 10_000 })
      .toMatchObject({ transactions: 0, dialogs: 0, unacknowledged: 0 });
  });

  it("for a connected application with a tag, if it takes the method", async () => {
    const tagged = async (tags: string, verb: string): Promise<RawApplication> => {
      const application = await RawApplication.open(engine.admin);
      ends.push(() => application.socket.destroy());
      application.send(`m1|authenticate|secret|${tags}`);
      await application.frame(/OK/);
      application.send(`m2|route|${verb}`);
      await application.frame(/OK/);
      return application;
    };
    const server = await startWith({ action: "route", data: { tag: "night" } });
    call();
    expect(await final()).toMatch(/^SIP\/2\.0 480/);
    await tagged("day", "invite");
    await tagged("night", "register");
    call();
    expect(await final()).toMatch(/^SIP\/2\.0 480/);
    const night = await tagged("other,night", "invite");
    call();
    const [meta = ""] = (await night.frame(/\|sip\|network/)).split("\r\n");
    night.send(`m3|sip|${meta.split("|")[8]}|\r\nSIP/2.0 486 Busy Here\r\n\r\n`);
    expect(await final()).toMatch(/^SIP\/2\.0 486/);
    expect(server.asked).toHaveLength(3);
  });
});

describe("a handler that", () => {
  it.each([
    ["answers no JSON", "<html>"],
    ["leaves a field out", { action: "route", data: {} }],
    ["wants what does not exist", { action: "dance", data: {} }],
    ["says too much", " ".repeat(70_000)],
  ])("%s: 500", async (_name, answer) => {
    await startWith(answer);
    call();
    expect(await final()).toMatch(/^SIP\/2\.0 500/);
  });

  it("fails: 500", async () => {
    const server = await startWith("");
    server.answering = (_asked, response) => response.writeHead(503).end();
    call();
    expect(await final()).toMatch(/^SIP\/2\.0 500/);
    server.answering = (_asked, response) => response.destroy();
    call();
    expect(await final()).toMatch(/^SIP\/2\.0 500/);
  });

  it("is not there: 500", async () => {
    const server = await RequestHandler.open("");
    await start({ handlers: [{ method: "*", url: server.url }] });
    await server.close();
    call();
    expect(await final()).toMatch(/^SIP\/2\.0 500/);
  });

  it("does not answer: 500 after three seconds", async () => {
    const server = await startWith("");
    server.answering = () => undefined;
    const began = performance.now();
    call();
    expect(await final()).toMatch(/^SIP\/2\.0 500/);
    expect(performance.now() - began).toBeGreaterThan(2_900);
    expect(performance.now() - began).toBeLessThan(4_500);
  });

  it("answers after the caller has given up: nothing more is said", async () => {
    const server = await startWith("");
    const asked = new Promise<() => void>((resolve) => {
      server.answering = (_asked, response) =>
        resolve(() => response.end(JSON.stringify({ action: "reject", data: { status: 603 } })));
    });
    const lines = call();
    const answer = await asked;
    caller.send([
      lines[0]?.replace("INVITE", "CANCEL") ?? "",
      ...lines.slice(1, 5),
      "CSeq: 1 CANCEL",
      "Max-Forwards: 70",
    ]);
    expect(await final()).toMatch(/^SIP\/2\.0 200[\s\S]*CSeq: 1 CANCEL/);
    const terminated = await final();
    expect(terminated).toMatch(/^SIP\/2\.0 487/);
    answer();
    const to = `To: ${headerOf(terminated, "To")}`;
    caller.send([
      lines[0]?.replace("INVITE", "ACK") ?? "",
      lines[1] ?? "",
      lines[2] ?? "",
      to,
      lines[4] ?? "",
      "CSeq: 1 ACK",
    ]);
    await expect.poll(async () => (await engine.load()).transactions, { timeout: 10_000 }).toBe(0);
    expect(caller.unread(/^SIP\/2\.0 603/)).toEqual([]);
  });
});

describe("an application that is connected to directly", () => {
  it("over tcp://, for one method; others go the usual way", async () => {
    const port = await listening();
    await start({ handlers: [{ method: "invite", url: `tcp://127.0.0.1:${port}` }] });
    const lines = call();
    hangUp(await final());
    expect(await final()).toMatch(/CSeq: 2 BYE/);
    caller.send(lines.map((line) => line.replace("INVITE", "OPTIONS").replace("branch=", "branch=z9hG4bK-o")));
    expect(await final()).toMatch(/^SIP\/2\.0 503/);
  });

  it("over tls://, whose authority is known", async () => {
    const certificates = makeCertificates();
    ends.push(() => certificates.remove());
    const port = await listening(certificates.server);
    const handlers = [{ method: "*", url: `tls://127.0.0.1:${port}` }];
    await start({ handlers, handlerCaFile: certificates.caFile });
    call();
    const ok = await final();
    expect(ok).toMatch(/^SIP\/2\.0 200/);
    hangUp(ok);
    expect(await final()).toMatch(/CSeq: 2 BYE/);
    await engine.close();
    caller.close();
    await start({ handlers });
    call();
    expect(await final()).toMatch(/^SIP\/2\.0 480/);
  });

  it.each([
    ["is not there", null],
    ["closes at once", "close"],
    ["does not authenticate", "wrong"],
  ])("and %s: 480", async (_name, behaviour) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      if (behaviour === "wrong") socket.write("25#m1|authenticate|wrong|tag");
      else socket.destroy();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    if (behaviour === null) server.close();
    else ends.push(() => server.close());
    await start({ handlers: [{ method: "*", url: `tcp://127.0.0.1:${port}` }] });
    call();
    expect(await final()).toMatch(/^SIP\/2\.0 480/);
  });
});
