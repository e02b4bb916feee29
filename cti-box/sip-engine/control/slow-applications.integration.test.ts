/** Applications that do not read what they are sent: others get the work, and in the end they are let go. */
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { portOf } from "../testing/connected-application.ts";
import { RawApplication } from "../testing/raw-application.ts";
import { inviteLines, RawPeer } from "../testing/raw-peer.ts";

let engine: SipEngineHandle;
let peer: RawPeer;

afterEach(async () => {
  peer.close();
  await engine.close();
});

async function start(stalledMs: number): Promise<void> {
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["secret"],
    contacts: ["sip:127.0.0.1:0;transport=udp"],
    t1Ms: 500,
    control: { stalledMs },
  });
  peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") });
}

async function join(): Promise<RawApplication> {
  const application = await RawApplication.open(engine.admin);
  application.send("auth|authenticate|secret|");
  application.send("route|route|message");
  await application.frame(/\|route\|OK/);
  return application;
}

/** A long MESSAGE; what comes of it within `waitMs`. */
async function message(number: number, waitMs: number): Promise<"answered" | "not answered"> {
  const lines = inviteLines(peer, "127.0.0.1", { callId: `long-${number}` });
  peer.send(
    lines.map((line) => line.replace("INVITE", "MESSAGE").replace("application/sdp", "text/plain")),
    "x".repeat(60_000),
  );
  return peer.receive(/^SIP\/2\.0 200/, waitMs).then(
    () => "answered",
    () => "not answered",
  );
}

function answerEverything(application: RawApplication): void {
  void (async () => {
    for (;;) {
      const frame = await application.frame(/\|sip\|network/, 60_000).catch(() => null);
      if (frame === null) return;
      const [meta = ""] = frame.split("\r\n");
      application.send(`m|sip|${meta.split("|")[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    }
  })();
}

it("one that is stuck gets no more requests while another one reads", async () => {
  await start(60_000);
  const stuck = await join();
  stuck.socket.pause();
  const reading = await join();
  answerEverything(reading);
  // Each second one goes to the stuck one, until as much waits for it as may.
  let inARow = 0;
  for (let number = 0; inARow < 20 && number < 2_000; number += 1)
    inARow = (await message(number, 15)) === "answered" ? inARow + 1 : 0;
  expect(inARow).toBe(20);
  stuck.socket.destroy();
  reading.socket.destroy();
}, 60_000);

it("one that is stuck for too long is let go, and is told nothing more", async () => {
  await start(100);
  const stuck = await join();
  stuck.socket.on("error", () => undefined);
  stuck.socket.pause();
  let isClosed: "open" | "closed" = "open";
  const closed = once(stuck.socket, "close").then(() => (isClosed = "closed"));
  // Nobody else takes them: everything goes to the stuck one, and when it is let go the callers hear 503.
  let refusals = 0;
  for (let number = 0; refusals === 0 && number < 2_000; number += 1) {
    await message(number, 5);
    refusals = peer.unread(/^SIP\/2\.0 503/).length;
  }
  expect(refusals).toBeGreaterThan(0);
  stuck.socket.resume();
  await closed;
  expect(isClosed).toBe("closed");
}, 60_000);
