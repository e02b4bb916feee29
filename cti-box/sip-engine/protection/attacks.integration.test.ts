/**
 * What strangers on the internet do to a SIP port, done with their own programs (sipvicious) and with sipp and raw sockets, while a phone of the house keeps
 * registering and calling. The attackers come from 127.0.0.1 and the phone from 127.0.5.1; nobody is trusted here.
 */
import { randomBytes } from "node:crypto";
import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { HousePhone, housePassword, md5, serveHouse } from "../testing/house.ts";
import { RawPeer } from "../testing/raw-peer.ts";
import type { ProtectionOptions } from "./protection-options.ts";

const hasScanners = ["svmap", "svwar", "svcrack"].every((name) => spawnSync(name, ["--version"]).error === undefined);
if (!hasScanners && process.env["CI"] !== undefined)
  throw new Error("sipvicious is needed here: apt-get install sipvicious");

let application: ConnectedApplication;
let phone: HousePhone;
let engineAt: string;
let logged: string[];
let heard: Map<string, number>;
let secondsLogged: Set<number>;

/** The engine, with nobody trusted and what is said besides, and the phone. */
async function start(protection: ProtectionOptions = {}): Promise<void> {
  logged = [];
  secondsLogged = new Set();
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 50, {
    protection: { trusted: [], ...protection },
    log: (_level, message) => {
      logged.push(message);
      secondsLogged.add(Math.floor(performance.now() / 1_000));
    },
  });
  heard = serveHouse(application.srf);
  await application.settled();
  engineAt = `127.0.0.1:${port()}`;
  phone = await HousePhone.open("127.0.5.1", port());
}
afterEach(async () => {
  phone.close();
  await application.close();
  if (words !== null) rmSync(words, { recursive: true, force: true });
  words = null;
});

let words: string | null = null;

/** Runs one of the scanners to its end, or for so long; what it printed. */
async function scan(name: string, words: string[], seconds = 20): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), "sip-engine-scan-"));
  // Of their own accord they would take port 5060 of every address, offices of other tests included.
  const child = spawn(name, ["-b", "127.0.6.9", ...words], {
    cwd: home,
    env: { ...process.env, HOME: home, COLUMNS: "200" },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const late = setTimeout(() => child.kill("SIGINT"), seconds * 1_000);
  const forced = setTimeout(() => child.kill("SIGKILL"), (seconds + 5) * 1_000);
  await once(child, "exit");
  clearTimeout(late);
  clearTimeout(forced);
  rmSync(home, { recursive: true, force: true });
  return said;
}

const port = (): number => portOf(application.engine, "udp");
const reasons = async (): Promise<string[]> => (await application.engine.protection()).bans.map(({ reason }) => reason);

/** A list of sixty wrong passwords with the right one at its end. */
function wordList(): string {
  words = mkdtempSync(join(tmpdir(), "sip-engine-words-"));
  const file = join(words, "words");
  writeFileSync(file, [...Array.from({ length: 60 }, (_none, guess) => `guess-${guess}`), housePassword].join("\n"));
  return file;
}

describe.skipIf(!hasScanners)("sipvicious", () => {
  it.each([
    ["svmap", ["127.0.0.1"]],
    ["svwar", ["-e", "95-130", "--force", "-m", "REGISTER", "127.0.0.1"]],
    ["svcrack", ["-u", "100", "-r", "1-9999", "127.0.0.1"]],
  ])("%s, by its own name, finds nobody at home, while the phone registers and calls", async (name, words) => {
    await start();
    let said = "";
    const attack = scan(name, ["-p", String(port()), ...words]).then((text) => (said = text));
    expect((await phone.liveThrough(attack)).statuses).toEqual(["200"]);
    expect(said).toMatch(/found nothing/i);
    expect((await application.engine.protection()).counters.scanners).toBeGreaterThan(0);
    expect(heard.get("OPTIONS")).toBeUndefined();
  });

  it("svcrack by another name is banned before it comes to the right password", async () => {
    await start({ scannerAgents: [] });
    await phone.call();
    let said = "";
    const attack = scan("svcrack", ["-u", "100", "-d", wordList(), "-p", String(port()), "127.0.0.1"], 12).then(
      (text) => (said = text),
    );
    expect((await phone.liveThrough(attack)).statuses).toEqual(["200"]);
    expect(said).not.toContain(`| ${housePassword}`);
    expect(await reasons()).toEqual(["refused-credentials"]);
  });

  it("without protection it finds it", async () => {
    await start({ mode: "off", scannerAgents: [] });
    expect(await scan("svcrack", ["-u", "100", "-d", wordList(), "-p", String(port()), "127.0.0.1"])).toContain(
      housePassword,
    );
  });
});

describe("strangers", () => {
  it("a guesser without a telling name is banned before the thirty-first guess", async () => {
    await start();
    const guesser = await RawPeer.open("127.0.6.1", { host: "127.0.0.1", port: port() });
    const lines = (guess: string, more: string[]): string[] => [
      `REGISTER sip:${engineAt} SIP/2.0`,
      `Via: SIP/2.0/UDP ${guesser.hostPort};branch=z9hG4bK-${guess};rport`,
      `From: <sip:100@uno.example>;tag=${guess}`,
      "To: <sip:100@uno.example>",
      `Call-ID: ${guess}`,
      "CSeq: 1 REGISTER",
      "Max-Forwards: 70",
      "User-Agent: Desk Phone 5.1 with a name that is long enough to pay for a challenge",
      ...more,
    ];
    let guesses = 0;
    for (; guesses < 100; guesses += 1) {
      guesser.send(lines(`ask-${guesses}`, []));
      const challenge = await guesser.receive(new RegExp(`Call-ID: ask-${guesses}\\r`), 1_000).catch(() => null);
      if (challenge === null) break;
      const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? "";
      const response = md5(`guess-${guesses}`);
      guesser.send(
        lines(`try-${guesses}`, [
          `Authorization: Digest username="100", realm="uno.example", nonce="${nonce}", uri="sip:${engineAt}", response="${response}"`,
        ]),
      );
      await guesser.receive(new RegExp(`Call-ID: try-${guesses}\\r`), 1_000);
    }
    guesser.close();
    expect(guesses).toBeGreaterThanOrEqual(25);
    expect(guesses).toBeLessThanOrEqual(31);
    expect(await reasons()).toEqual(["refused-credentials"]);
    expect(await phone.ask("REGISTER")).toMatch(/^SIP\/2\.0 200/);
  });

  it("a flood of INVITEs from one address: the phone of the house registers and calls meanwhile, and the flood ends in silence", async () => {
    await start({ requestBurst: 600 });
    const flooder = createSocket("udp4");
    flooder.bind(0, "127.0.7.1");
    await once(flooder, "listening");
    const from = `127.0.7.1:${flooder.address().port}`;
    const flood = (async () => {
      for (let sent = 0; sent < 20_000; sent += 100) {
        for (let index = sent; index < sent + 100; index += 1) {
          const head = `INVITE sip:100@${engineAt} SIP/2.0\r\nVia: SIP/2.0/UDP ${from};branch=z9hG4bK-flood-${index}\r\nFrom: <sip:x@${from}>;tag=${index}\r\nTo: <sip:100@${engineAt}>\r\nCall-ID: flood-${index}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@${from}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`;
          flooder.send(head, port(), "127.0.0.1");
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    expect((await phone.liveThrough(flood)).statuses).toEqual(["200"]);
    const { counters, open } = await application.engine.protection();
    flooder.close();
    expect(counters.overSourceRate + counters.bannedDatagrams).toBeGreaterThan(1_000);
    // The burst, and what the rate lets through in the seconds that it takes.
    expect(heard.get("INVITE") ?? 0).toBeLessThan(3_000);
    expect(open).toBeLessThan(1_500);
    expect(await phone.ask("REGISTER")).toMatch(/^SIP\/2\.0 200/);
  });

  it("random bytes are not answered for ever, are logged a line a second, and end in a ban", async () => {
    await start();
    const noise = createSocket("udp4");
    noise.bind(0, "127.0.8.1");
    await once(noise, "listening");
    for (let index = 0; index < 2_000; index += 1) {
      const prefix = index % 2 === 0 ? "INVITE sip:a SIP/2.0\r\nVia: x\r\n" : "";
      noise.send(Buffer.concat([Buffer.from(prefix), randomBytes(200)]), port(), "127.0.0.1");
      if (index % 100 === 0) expect(await phone.ask("REGISTER")).toMatch(/^SIP\/2\.0 200/);
    }
    await expect.poll(reasons).toEqual(["malformed"]);
    await expect
      .poll(async () => (await application.engine.protection()).counters.bannedDatagrams)
      .toBeGreaterThan(1_500);
    noise.close();
    const kinds = new Set(logged).size;
    expect(kinds).toBeLessThanOrEqual(4);
    expect(logged.length).toBeLessThanOrEqual(kinds * (secondsLogged.size + 1));
  });

  it("connections of one source that bring nothing are limited, and those of others are taken", async () => {
    await start({ connectionsPerSource: 20, unfinishedBytes: 4_096 });
    const tcp = portOf(application.engine, "tcp");
    const sockets = Array.from({ length: 50 }, () =>
      connect({ host: "127.0.0.1", port: tcp, localAddress: "127.0.9.1" }),
    );
    for (const socket of sockets) {
      socket.on("error", () => undefined);
      socket.write("OPTIONS sip:x SIP/2.0\r\nVia: ");
    }
    await expect
      .poll(async () => (await application.engine.protection()).counters.overConnectionsPerSource, { timeout: 10_000 })
      .toBe(30);
    const other = connect({ host: "127.0.0.1", port: tcp, localAddress: "127.0.9.2" });
    await once(other, "connect");
    await expect.poll(async () => (await application.engine.protection()).connections).toBe(21);
    // A message that is announced too long is not waited for.
    const ended = once(other, "close");
    other.on("error", () => undefined);
    other.resume();
    other.write("OPTIONS sip:x SIP/2.0\r\nContent-Length: 900000\r\n\r\n");
    await ended;
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await application.engine.protection()).connections).toBe(0);
  });
});
