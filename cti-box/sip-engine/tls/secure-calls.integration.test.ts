/** Calls over TLS with a drachtio-srf application: who is believed, what the messages say, which connection they take. */
import type { TLSSocket } from "node:tls";
import type Srf from "drachtio-srf";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { statusOf } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, inviteLines } from "../testing/raw-peer.ts";
import { addressAnswer, srvAnswer } from "../testing/scripted-names.ts";
import {
  material,
  openSecureScene,
  secureRequest,
  trusting,
  type SceneOptions,
  type SecureScene,
} from "../testing/secure-scene.ts";
import { answerLines, type StreamPeer } from "../testing/stream-peer.ts";
import {
  makeCertificates,
  type CertificatePair,
  type ThrowawayCertificates,
} from "../testing/throwaway-certificates.ts";

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
  return scene;
}

/** A domain with its SIP servers at a name that is not its own. */
function zoneFor(port: number, domain = "office.example"): NonNullable<SceneOptions["zone"]> {
  const service = `_sips._tcp.${domain}`;
  return {
    [`SRV ${service}`]: [srvAnswer(service, 60, { priority: 1, weight: 1, port, target: "host.provider.example" })],
    "A host.provider.example": [addressAnswer("host.provider.example", 60, "127.0.0.1")],
  };
}

/** A server for `office.example` that the scene's name server leads to. */
async function officeServer(
  by: CertificatePair,
  options: SceneOptions = {},
): Promise<{ at: SecureScene; peer: StreamPeer }> {
  const at = await open(options);
  const peer = await at.server(by);
  at.names.zone = zoneFor(peer.port);
  return { at, peer };
}

describe("an application", () => {
  it("is called over TLS, and what it says in the dialog takes the same connection", async () => {
    const at = await open();
    const offered = new Promise<Srf.SrfRequest>((resolve) =>
      at.srf.invite((req, res) => {
        resolve(req);
        void at.srf.createUAS(req, res, { localSdp: exampleSdp }).then((dialog) => dialog.destroy());
      }),
    );
    await at.settled();
    const client = await at.client();
    client.send(secureRequest("INVITE", "in", ["Content-Type: application/sdp"]), exampleSdp);
    const ok = await client.receive(/^SIP\/2\.0 200/);
    expect(headerOf(ok, "Contact")).toBe(`<sip:127.0.0.1:${at.port};transport=tls>`);
    expect(await offered).toMatchObject({ protocol: "tls", source_address: "127.0.0.1" });
    const bye = await client.receive(/^BYE sip:anna@client\.invalid/);
    expect(headerOf(bye, "Via")).toMatch(new RegExp(`^SIP/2\\.0/TLS 127\\.0\\.0\\.1:${at.port};`));
    client.send(answerLines(bye, "200 OK"));
    await expect.poll(async () => (await at.engine.load()).dialogs).toBe(0);
  });

  it("called by a sips URI answers with a sips Contact", async () => {
    const at = await open();
    at.srf.invite((req, res) => void at.srf.createUAS(req, res, { localSdp: exampleSdp }));
    await at.settled();
    const client = await at.client();
    const lines = secureRequest("INVITE", "sips").map((line) => line.replace("INVITE sip:", "INVITE sips:"));
    client.send([...lines, "Content-Type: application/sdp"], exampleSdp);
    expect(headerOf(await client.receive(/^SIP\/2\.0 200/), "Contact")).toBe(`<sips:127.0.0.1:${at.port}>`);
  });

  it("calls a domain over TLS: the certificate is the domain's, not that of the SRV target; one connection serves all", async () => {
    const { at, peer } = await officeServer(certificates.issue("office", "URI:sip:office.example,DNS:other.example"));
    const called = at.srf.createUAC("sips:anna@office.example", { localSdp: exampleSdp });
    const invite = await peer.receive(/^INVITE sips:anna@office\.example SIP/);
    expect(headerOf(invite, "Via")).toMatch(/^SIP\/2\.0\/TLS /);
    expect(headerOf(invite, "Contact")).toBe(`<sips:127.0.0.1:${at.port}>`);
    expect((peer.socket as TLSSocket).servername).toBe("office.example");
    peer.send(
      [...answerLines(invite, "200 OK", ["Contact: <sips:anna@office.example>", "Content-Type: application/sdp"])],
      exampleSdp,
    );
    const dialog = await called;
    await peer.receive(/^ACK /);
    const status = statusOf(at.srf, "sip:anna@office.example;transport=tls", { method: "OPTIONS" });
    peer.send(answerLines(await peer.receive(/^OPTIONS /), "200 OK"));
    expect(await status).toBe(200);
    dialog.destroy();
    peer.send(answerLines(await peer.receive(/^BYE /), "200 OK"));
    expect(peer.accepted).toBe(1);
  });

  it.each([
    [
      "is for the SRV target only",
      "DNS:host.provider.example",
      /expected a certificate for office\.example, but its common name wrong, alternative names host\.provider\.example/,
    ],
    ["has a wildcard", "DNS:*.example", /expected a certificate for office\.example/],
    ["names the domain only as common name beside other names", "DNS:x.example", /expected a certificate/],
  ])(
    "gets 503 where the certificate %s, and the log says which name was expected",
    async (_name, alternatives, said) => {
      const { at, peer } = await officeServer(certificates.issue("wrong", alternatives));
      expect(await statusOf(at.srf, "sips:anna@office.example", { method: "OPTIONS" })).toBe(503);
      expect(at.logged.join("\n")).toMatch(said);
      expect(peer.heard).toBe("");
    },
  );

  it("gets 503 where the certificate is of an authority that is not trusted", async () => {
    const { at, peer } = await officeServer(certificates.stranger);
    expect(await statusOf(at.srf, "sips:anna@office.example", { method: "OPTIONS" })).toBe(503);
    expect(at.logged.join("\n")).toMatch(
      /office\.example showed a certificate that is not to be trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
    );
    expect(peer.heard).toBe("");
  });

  it("a connection for one domain does not serve another at the same address", async () => {
    const { at, peer } = await officeServer(certificates.issue("office", "DNS:office.example"));
    Object.assign(at.names.zone, zoneFor(peer.port, "other.example"));
    const status = statusOf(at.srf, "sips:anna@office.example", { method: "OPTIONS" });
    peer.send(answerLines(await peer.receive(/^OPTIONS /), "200 OK"));
    expect(await status).toBe(200);
    expect(await statusOf(at.srf, "sips:anna@other.example", { method: "OPTIONS" })).toBe(503);
    expect(at.logged.join("\n")).toMatch(/expected a certificate for other\.example/);
  });

  it("between TLS and UDP: each side is told its own address, and hangs up on its own connection", async () => {
    const at = await open();
    const callee = await at.datagrams();
    at.srf.invite(
      (req, res) =>
        void at.srf.createB2BUA(req, res, `sip:200@${callee.hostPort}`, {}).then(({ uas, uac }) => {
          uas.on("destroy", () => uac.destroy());
          uac.on("destroy", () => uas.destroy());
        }),
    );
    await at.settled();
    const caller = await at.client();
    caller.send(secureRequest("INVITE", "b2b", ["Content-Type: application/sdp"]), exampleSdp);
    const invite = await callee.receive(/^INVITE /);
    expect(headerOf(invite, "Via")).toMatch(/^SIP\/2\.0\/UDP /);
    expect(headerOf(invite, "Contact")).not.toContain("transport");
    callee.send(
      [...answerLines(invite, "200 OK"), `Contact: <sip:200@${callee.hostPort}>`, "Content-Type: application/sdp"],
      exampleSdp,
    );
    const ok = await caller.receive(/^SIP\/2\.0 200/);
    caller.send(
      secureRequest("ACK", "b2b").map((line) => (line.startsWith("To:") ? `To: ${headerOf(ok, "To")}` : line)),
    );
    await callee.receive(/^ACK /);
    const bye = inviteLines(callee, "x", { callId: headerOf(invite, "Call-ID"), branch: "z9hG4bKbye" })
      .filter((line) => !/^Content|^Contact/.test(line))
      .map((line) => line.replace(/^INVITE \S+/, `BYE ${/<(.*)>/.exec(headerOf(invite, "Contact"))?.[1]}`))
      .map((line) => line.replace("1 INVITE", "1 BYE"))
      .map((line) => (line.startsWith("From:") ? `From: ${headerOf(invite, "To")};tag=peer` : line))
      .map((line) => (line.startsWith("To:") ? `To: ${headerOf(invite, "From")}` : line));
    callee.send(bye);
    await callee.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 BYE/);
    caller.send(answerLines(await caller.receive(/^BYE /), "200 OK"));
    await expect.poll(async () => (await at.engine.load()).dialogs).toBe(0);
    expect(caller.accepted).toBe(1);
  });
});

describe("peers that connect", () => {
  const told = (at: SecureScene): Promise<string | undefined> =>
    new Promise((resolve) =>
      at.srf.use("options", (req, res) => {
        resolve(req.get("X-LA2-TLS-Peer"));
        res.send(200);
      }),
    );

  it("prove who they are by a certificate, which the application is told in a header", async () => {
    const at = await open({ own: { clients: "require" } });
    const peer = told(at);
    await at.settled();
    const trunk = certificates.issue("trunk", "URI:sip:carrier.example,DNS:carrier.example");
    const client = await at.client(material(trunk));
    client.send(secureRequest("OPTIONS", "who", ['X-LA2-TLS-Peer: cn="somebody else"']));
    await client.receive(/^SIP\/2\.0 200/);
    expect(await peer).toBe('cn="trunk";uri="sip:carrier.example";dns="carrier.example"');
  });

  it.each([
    ["without a certificate", undefined],
    ["with one of a stranger's authority", "stranger" as const],
  ])("%s are not let in where it is required", async (_name, who) => {
    const at = await open({ own: { clients: "require" } });
    // In TLS 1.3 a client learns after its own part of the handshake that it is refused.
    const client = await at.client(who === undefined ? {} : material(certificates[who])).catch(() => null);
    if (client !== null) await new Promise((resolve) => client.socket.once("close", resolve));
    expect(client?.heard ?? "").toBe("");
  });

  it.each([
    ["without a certificate", "request" as const, undefined],
    ["with one of a stranger's authority", "request" as const, "stranger" as const],
    ["with a good one that nobody asked for", "none" as const, "client" as const],
  ])("%s come without that header, whatever they write themselves", async (...[, clients, who]) => {
    const at = await open({ own: { clients } });
    const peer = told(at);
    await at.settled();
    const client = await at.client(who === undefined ? {} : material(certificates[who]));
    client.send(secureRequest("OPTIONS", "forged", ['X-LA2-TLS-Peer: cn="client"', 'x-la2-tls-peer : cn="client"']));
    await client.receive(/^SIP\/2\.0 200/);
    expect(await peer).toBeUndefined();
  });

  it("over UDP cannot claim a certificate either", async () => {
    const at = await open();
    const peer = told(at);
    await at.settled();
    const datagrams = await at.datagrams();
    datagrams.send(
      secureRequest("OPTIONS", "udp", ['X-LA2-TLS-PEER: cn="client"']).map((line) => line.replace("/TLS", "/UDP")),
    );
    expect(await peer).toBeUndefined();
  });
});

it("a server that asks for our certificate is shown it", async () => {
  const at = await open({ own: { outgoing: certificates.client } });
  const { cert, key } = material(certificates.issue("office", "DNS:office.example"));
  const { ca } = trusting(certificates);
  const peer = await at.server(certificates.server, {
    cert,
    key,
    ca,
    requestCert: true,
    rejectUnauthorized: true,
  });
  at.names.zone = zoneFor(peer.port);
  const status = statusOf(at.srf, "sips:anna@office.example", { method: "OPTIONS" });
  const options = await peer.receive(/^OPTIONS /);
  expect((peer.socket as TLSSocket).getPeerCertificate().subject.CN).toBe("client");
  peer.send(answerLines(options, "200 OK"));
  expect(await status).toBe(200);
});
