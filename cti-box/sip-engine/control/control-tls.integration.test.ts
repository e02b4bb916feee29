/** Applications over TLS, with the drachtio-srf package; the plain port may be closed, and a client's certificate asked for. */
import { copyFileSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import Srf from "drachtio-srf";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { portOf } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { makeCertificates, type ThrowawayCertificates } from "../testing/throwaway-certificates.ts";
import type { ControlOptions } from "./control-options.ts";

let certificates: ThrowawayCertificates;
let engine: SipEngineHandle;

beforeAll(() => {
  certificates = makeCertificates();
});
afterAll(() => certificates.remove());
afterEach(() => engine.close());

async function start(more: ControlOptions & { clients?: "any" | "known" }): Promise<void> {
  const { clients = "any", ...control } = more;
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["secret"],
    contacts: ["sip:127.0.0.1:0;transport=udp"],
    control: {
      ...control,
      tls: {
        host: "127.0.0.1",
        port: 0,
        ...certificates.server,
        ...(clients === "known" && { clientCaFile: certificates.caFile }),
      },
    },
  });
}

const trusting = (): ConnectionOptions => ({ ca: readFileSync(certificates.caFile) });
const identified = (by: { certFile: string; keyFile: string }): ConnectionOptions => ({
  ...trusting(),
  cert: readFileSync(by.certFile),
  key: readFileSync(by.keyFile),
});

async function joined(tls: ConnectionOptions | null): Promise<Srf> {
  const srf = new Srf();
  const connected = new Promise<void>((resolve, reject) => {
    srf.on("connect", (error: Error | null) => (error ? reject(error) : resolve()));
    srf.on("error", reject);
  });
  const address = tls === null ? engine.admin : (engine.adminTls ?? engine.admin);
  void srf.connect({ ...address, secret: "secret", ...(tls !== null && { tls }) });
  await connected;
  return srf;
}

/** A call that the application answers, over its connection. */
async function callThrough(srf: Srf, callId: string): Promise<void> {
  const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") });
  const offered = new Promise<{ req: Srf.SrfRequest; res: Srf.SrfResponse }>((resolve) =>
    srf.invite((req, res) => resolve({ req, res })),
  );
  const lines = inviteLines(peer, "127.0.0.1", { callId });
  // Until the route is known the answer is 503.
  const invite = (async () => {
    for (let attempt = 1; ; attempt += 1) {
      peer.send(
        lines.map((line) => line.replace("z9hG4bK-", `z9hG4bK-${attempt}`).replace("tag=", `tag=${attempt}`)),
        exampleSdp,
      );
      const answer = await peer.receive(/^SIP\/2\.0 [25]/);
      if (answer.startsWith("SIP/2.0 200")) return answer;
    }
  })();
  const { req, res } = await offered;
  const dialog = await srf.createUAS(req, res, { localSdp: exampleSdp });
  const ok = await invite;
  expect(headerOf(ok, "To")).toContain(";tag=");
  dialog.destroy();
  await peer.receive(/^BYE /);
  peer.close();
}

const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once("close", resolve));

describe("the control port over TLS", () => {
  it("serves calls beside the plain one", async () => {
    await start({});
    expect(engine.adminTls?.port).not.toBe(engine.admin.port);
    const [secured, plain] = [await joined(trusting()), await joined(null)];
    await callThrough(secured, "over-tls");
    secured.disconnect();
    await callThrough(plain, "over-tcp");
    plain.disconnect();
  });

  it("alone, when the plain port is closed", async () => {
    await start({ plain: "closed" });
    expect(engine.admin).toEqual(engine.adminTls);
    const srf = await joined(trusting());
    await callThrough(srf, "only-tls");
    srf.disconnect();
  });

  it("asks for a certificate of the authority it was given, before any secret", async () => {
    await start({ clients: "known" });
    const srf = await joined(identified(certificates.client));
    await callThrough(srf, "mutual");
    srf.disconnect();
    for (const options of [trusting(), identified(certificates.stranger)]) {
      const socket = connectTls({ ...engine.adminTls, ...options });
      socket.on("error", () => undefined);
      socket.write("26#m1|authenticate|secret|");
      const received: Buffer[] = [];
      socket.on("data", (bytes: Buffer) => received.push(bytes));
      await closed(socket);
      expect(Buffer.concat(received).toString()).toBe("");
    }
  });

  it.each([
    ["a frame in the clear", (port: number) => connect(port, "127.0.0.1").end("12#m1|ping\r\n")],
    [
      "TLS 1.1",
      (port: number) =>
        connectTls({
          port,
          host: "127.0.0.1",
          ...trusting(),
          minVersion: "TLSv1.1",
          maxVersion: "TLSv1.1",
          ciphers: "DEFAULT@SECLEVEL=0",
        }),
    ],
  ])("%s is refused and the others are served on", async (_name, knock) => {
    await start({});
    const stranger = knock(engine.adminTls?.port ?? 0);
    stranger.on("error", () => undefined);
    await closed(stranger);
    const srf = await joined(trusting());
    srf.disconnect();
  });
});

it("a new certificate is taken up while the port is open; connections stay", async () => {
  const renewed = makeCertificates();
  await start({});
  const first = await joined(trusting());
  // For a moment the certificate is new and the key is old: then the old ones serve on.
  copyFileSync(renewed.server.certFile, certificates.server.certFile);
  copyFileSync(renewed.server.keyFile, certificates.server.keyFile);
  await expect
    .poll(() => joined({ ca: readFileSync(renewed.caFile) }).then((srf) => srf.disconnect()), { timeout: 10_000 })
    .toBeUndefined();
  await callThrough(first, "before-and-after");
  first.disconnect();
  renewed.remove();
  certificates.remove();
  certificates = makeCertificates();
});

it("files that are not there, and a control port that would not exist, are told with everything else that is wrong", async () => {
  await start({});
  const tls = { host: "127.0.0.1", port: 0, certFile: "/nowhere.crt", keyFile: "/nowhere.key" };
  const contacts = ["sip:127.0.0.1:0;transport=udp"];
  const attempt = (control: ControlOptions): Promise<unknown> =>
    startSipEngine({ admin: { host: "127.0.0.1", port: 0 }, secrets: [""], contacts, control });
  await expect(attempt({ tls })).rejects.toThrow(/secret: [\s\S]*admin-tls-cert: \/nowhere.crt[\s\S]*admin-tls-key/);
  const mixed = { ...tls, certFile: certificates.server.certFile, keyFile: certificates.client.keyFile };
  await expect(
    startSipEngine({ admin: { host: "127.0.0.1", port: 0 }, secrets: ["x"], contacts, control: { tls: mixed } }),
  ).rejects.toThrow(/admin-tls: .*server.crt and .*client.key cannot be used/);
  await expect(attempt({ plain: "closed" })).rejects.toThrow(/admin: closed/);
  await expect(attempt({ handlers: [{ method: "*", url: "ftp://x" }] })).rejects.toThrow(/handler: ftp/);
});
