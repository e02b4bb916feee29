/** What the TLS port lets in, how it takes new certificates, and how long connections may do nothing. */
import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startSipEngine } from "../engine.ts";
import {
  openSecureScene,
  secureRequest,
  trusting,
  type SceneOptions,
  type SecureScene,
} from "../testing/secure-scene.ts";
import { statusOf } from "../testing/connected-application.ts";
import { answerLines } from "../testing/stream-peer.ts";
import { makeCertificates, type ThrowawayCertificates } from "../testing/throwaway-certificates.ts";

let certificates: ThrowawayCertificates;
let scene: SecureScene | undefined;
beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => certificates.remove());
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

async function open(options: SceneOptions = {}): Promise<SecureScene> {
  scene = await openSecureScene(certificates, options);
  scene.srf.use("options", (_req, res) => res.send(200));
  await scene.settled();
  return scene;
}

const closed = (socket: Socket): Promise<unknown> => {
  socket.on("error", () => undefined);
  return socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.once("close", resolve));
};

/** A request over the connection is answered. */
async function isServed(at: SecureScene, callId: string, tls?: ConnectionOptions): Promise<void> {
  const client = await at.client(tls);
  client.send(secureRequest("OPTIONS", callId));
  await client.receive(/^SIP\/2\.0 200/);
}

describe("a TLS contact", () => {
  it.each(["-tls1", "-tls1_1"])("refuses %s, and openssl talks to it with TLS 1.2 and 1.3", async (old) => {
    const at = await open();
    const talk = (...words: string[]): Promise<string> =>
      new Promise((resolve) => {
        const to = ["s_client", "-connect", `127.0.0.1:${at.port}`, "-CAfile", certificates.caFile, ...words];
        const child = execFile("openssl", to, (_error, output, errors) => resolve(output + errors));
        child.stdin?.end();
      });
    expect(await talk(old, "-cipher", "DEFAULT@SECLEVEL=0")).toMatch(/alert protocol version/);
    const second = await talk("-tls1_2");
    expect(second).toMatch(/Protocol {2}: TLSv1\.2/);
    expect(second).toMatch(/Verify return code: 0 \(ok\)/);
    expect(await talk("-tls1_3")).toMatch(/New, TLSv1\.3, Cipher is TLS_AES_256_GCM_SHA384/);
    await isServed(at, "after");
  });

  it("refuses ciphers without forward secrecy", async () => {
    const at = await open();
    const weak = { ciphers: "AES128-SHA:AES256-GCM-SHA384:ECDHE-RSA-AES128-SHA256", maxVersion: "TLSv1.2" } as const;
    await expect(at.client(weak)).rejects.toThrow(/handshake failure/);
    await isServed(at, "after");
  });

  it("is not confused by a peer that speaks in the clear", async () => {
    const at = await open();
    const stranger = connect(at.port, "127.0.0.1");
    stranger.write(`${secureRequest("OPTIONS", "clear").join("\r\n")}\r\nContent-Length: 0\r\n\r\n`);
    await closed(stranger);
    await isServed(at, "after");
  });

  it("answers keep-alives, alone and between messages", async () => {
    const at = await open();
    const client = await at.client();
    client.socket.write("\r\n\r\n");
    await expect.poll(() => client.heard).toBe("\r\n");
    client.socket.write("\r\n");
    client.socket.write("\r\n");
    await expect.poll(() => client.heard).toBe("\r\n\r\n");
    client.send(secureRequest("OPTIONS", "between"));
    await client.receive(/^SIP\/2\.0 200/);
  });

  it("takes up a new certificate while it runs; connections stay, and a key that does not fit changes nothing", async () => {
    const renewed = makeCertificates();
    const at = await open();
    const before = await at.client();
    copyFileSync(renewed.server.keyFile, certificates.server.keyFile);
    await expect.poll(() => at.logged.join("\n"), { timeout: 10_000 }).toMatch(/certificate files cannot be used/);
    await isServed(at, "half");
    copyFileSync(renewed.server.certFile, certificates.server.certFile);
    await expect.poll(() => isServed(at, "new", trusting(renewed)), { timeout: 10_000 }).toBeUndefined();
    await expect(at.client()).rejects.toThrow();
    before.send(secureRequest("OPTIONS", "old"));
    await before.receive(/^SIP\/2\.0 200/);
    renewed.remove();
    certificates.remove();
    certificates = makeCertificates();
  });

  it("certificates that cannot be used are told before anything is opened", async () => {
    const usual = { admin: { host: "127.0.0.1", port: 0 }, secrets: ["s"], contacts: ["sips:127.0.0.1:0"] };
    await expect(startSipEngine(usual)).rejects.toThrow(/contact: sips:127\.0\.0\.1:0 needs a certificate/);
    const lost = { certFile: "/nowhere.crt", keyFile: "/nowhere.key", clients: "require" as const };
    await expect(startSipEngine({ ...usual, tls: lost })).rejects.toThrow(
      /tls-cert: \/nowhere\.crt cannot be read \(ENOENT\)\n {2}tls-key: \/nowhere\.key[\s\S]*tls-client-ca: is needed/,
    );
    const mixed = { certFile: certificates.server.certFile, keyFile: certificates.client.keyFile };
    await expect(startSipEngine({ ...usual, tls: mixed })).rejects.toThrow(
      /contact sips:127\.0\.0\.1:0: .*server\.crt and .*client\.key cannot be used/,
    );
  });
});

describe("connections that hoard", () => {
  const connections = { firstMessageS: 2, wholeMessageS: 2 };

  it("without a message, or with one that never gets whole, are closed; those that spoke stay", async () => {
    const at = await open({ connections });
    const [silent, pinging, slow, good] = [await at.client(), await at.client(), await at.client(), await at.client()];
    good.send(secureRequest("OPTIONS", "good"));
    await good.receive(/^SIP\/2\.0 200/);
    slow.send(secureRequest("OPTIONS", "whole"));
    slow.socket.write("OPTIONS sip:x SIP/2.0\r\n");
    const dribble = setInterval(() => slow.socket.write("X"), 100);
    const keepAlive = setInterval(() => pinging.socket.write("\r\n\r\n"), 300);
    await Promise.all([silent, pinging, slow].map(({ socket }) => closed(socket)));
    clearInterval(dribble);
    clearInterval(keepAlive);
    good.send(secureRequest("OPTIONS", "again"));
    await good.receive(/^SIP\/2\.0 200/);
  }, 20_000);

  it("in the middle of a handshake are closed, however slowly it goes on", async () => {
    const at = await open();
    const dribbling = connect(at.port, "127.0.0.1");
    const hello = setInterval(() => dribbling.write("\x16"), 500);
    const silent = connect(at.port, "127.0.0.1");
    await Promise.all([closed(dribbling), closed(silent)]);
    clearInterval(hello);
    await isServed(at, "after");
  }, 30_000);
});

describe("keep-alive on connections that the engine made", () => {
  const connections = { pingS: 1, pongS: 1 };

  async function called(answersPings: boolean): Promise<{ at: SecureScene; socket: TLSSocket; pings: () => number }> {
    const at = await open({ connections });
    const peer = await at.server(certificates.server);
    void statusOf(at.srf, `sips:127.0.0.1:${peer.port}`, { method: "OPTIONS" });
    const options = await peer.receive(/^OPTIONS /);
    const { socket } = peer;
    if (answersPings)
      socket.on("data", (chunk: Buffer) => chunk.toString() === "\r\n\r\n" && isAnswering && socket.write("\r\n"));
    peer.send(answerLines(options, "200 OK"));
    return { at, socket: socket as TLSSocket, pings: () => peer.pings };
  }
  let isAnswering = true;

  it("a peer that answers stays connected, and is let go once it no longer does", async () => {
    isAnswering = true;
    const { socket, pings } = await called(true);
    await expect.poll(pings, { timeout: 15_000 }).toBeGreaterThan(2);
    expect(socket.destroyed).toBe(false);
    isAnswering = false;
    await closed(socket);
  }, 30_000);

  it("a peer that never answered any is asked again, and stays connected", async () => {
    const { socket, pings } = await called(false);
    await expect.poll(pings, { timeout: 15_000 }).toBeGreaterThan(2);
    expect(socket.destroyed).toBe(false);
  }, 30_000);
});
