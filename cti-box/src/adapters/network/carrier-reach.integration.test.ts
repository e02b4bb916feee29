/** The look at a carrier's way, with a real name server (dnsmasq), real sockets and real certificates. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCertificates } from "../../../sip-engine/testing/throwaway-certificates.ts";
import { ZoneServer } from "../../../sip-engine/testing/zone-server.ts";
import { NetworkReach } from "./carrier-reach.ts";
import type { CertificatePair, ThrowawayCertificates } from "../../../sip-engine/testing/throwaway-certificates.ts";
import type { ReachOutcome } from "../../domain/trunk/trunk-trial.ts";

let certificates: ThrowawayCertificates;
let names: ZoneServer;
let open: Server;
let reach: NetworkReach;
/** A port on which nobody listens. */
let closedPort: number;
const servers: Server[] = [];

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function secure({ certFile, keyFile }: CertificatePair): Promise<number> {
  return listening(createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }));
}

beforeAll(async () => {
  certificates = makeCertificates();
  open = createServer();
  const port = await listening(open);
  names = await ZoneServer.start("carrier.example", [
    `srv-host=_sip._tcp.carrier.example,one.carrier.example,${port},10`,
    "host-record=one.carrier.example,127.0.0.1",
  ]);
  const authorities = () => readFileSync(certificates.caFile, "utf8");
  reach = new NetworkReach({ dnsServers: [names.at], spoken: new Set(["udp", "tcp", "tls"]), authorities });
  const gone = createServer();
  closedPort = await listening(gone);
  gone.close();
  await once(gone, "close");
});
afterAll(async () => {
  for (const server of servers) server.close();
  await names?.close();
  certificates?.remove();
});

async function outcome(uri: string): Promise<ReachOutcome | undefined> {
  const found = await reach.look(uri);
  return found.kind === "tried" ? found.tries[0]?.outcome : undefined;
}

describe("a name", () => {
  it("that does not exist is told", async () => {
    expect(await reach.look("sip:nowhere.carrier.example")).toEqual({
      kind: "name-unknown",
      name: "nowhere.carrier.example",
    });
  });

  it("leads by its SRV record to where a connection is made", async () => {
    const { port } = open.address() as AddressInfo;
    expect(await reach.look("sip:carrier.example;transport=tcp")).toEqual({
      kind: "tried",
      tries: [{ at: `127.0.0.1:${port}`, transport: "tcp", outcome: { kind: "connected" } }],
    });
  });

  it("that no server can be asked for is told as that", async () => {
    const authorities = () => null;
    const alone = new NetworkReach({ dnsServers: [`127.0.0.1:${closedPort}`], spoken: new Set(["udp"]), authorities });
    expect(await alone.look("sip:carrier.example;transport=udp")).toMatchObject({ kind: "name-servers-silent" });
    expect(await alone.look("sips:carrier.example")).toEqual({ kind: "not-spoken", transport: "tls" });
  });
});

describe("an address", () => {
  it("where nobody listens refuses, over TCP and over UDP", async () => {
    expect(await outcome(`sip:127.0.0.1:${closedPort};transport=tcp`)).toEqual({ kind: "refused" });
    expect(await outcome(`sip:127.0.0.1:${closedPort};transport=udp`)).toEqual({ kind: "refused" });
  });

  it("that takes datagrams and says nothing, is not known to be there", async () => {
    const silent = createSocket("udp4");
    silent.bind(0, "127.0.0.1");
    await once(silent, "listening");
    expect(await outcome(`sip:127.0.0.1:${silent.address().port};transport=udp`)).toEqual({ kind: "none" });
    silent.close();
  });
});

describe("a certificate", () => {
  const to = (port: number): string => `sips:one.carrier.example:${port}`;
  const forOne = "DNS:one.carrier.example";

  it("for the name that was asked for lets us through", async () => {
    expect(await outcome(to(await secure(certificates.issue("right", forOne))))).toEqual({ kind: "connected" });
  });

  it("for another name, or for all names of a domain, is told with its names", async () => {
    const port = await secure(certificates.issue("other", "DNS:other.example,DNS:*.carrier.example"));
    expect(await outcome(to(port))).toEqual({ kind: "tls-name", names: ["other.example", "*.carrier.example"] });
  });

  it("that has expired, or is not valid yet, is told with the day", async () => {
    const old = await secure(certificates.issueDated("old", forOne, ["20200101", "20210101"]));
    expect(await outcome(to(old))).toEqual({ kind: "tls-expired", untilMs: Date.UTC(2021, 0, 1) });
    const early = await secure(certificates.issueDated("early", forOne, ["20480101", "20490101"]));
    expect(await outcome(to(early))).toEqual({ kind: "tls-not-yet", fromMs: Date.UTC(2048, 0, 1) });
  });

  it("of an authority that is not trusted is told with its name", async () => {
    expect(await outcome(to(await secure(certificates.stranger)))).toEqual({
      kind: "tls-authority",
      issuer: "unknown",
    });
  });

  it("is not to be had where no TLS is spoken", async () => {
    const port = await listening(createServer((socket) => socket.end("SIP/2.0 400 Bad Request\r\n\r\n")));
    expect(await outcome(to(port))).toMatchObject({ kind: "tls-failed" });
  });
});
