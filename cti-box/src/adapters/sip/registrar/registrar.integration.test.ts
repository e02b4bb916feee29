/** Registrar and digest against raw phones on a real engine. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { headerOf, inviteLines, exampleSdp } from "../../../../sip-engine/testing/raw-peer.ts";
import {
  annaAccount,
  authorizationFor,
  register,
  registerLines,
  SignallingScene,
} from "../../../../testing/signalling-scene.ts";
import type { RawPeer } from "../../../../sip-engine/testing/raw-peer.ts";

let scene: SignallingScene;
let phone: RawPeer;

beforeEach(async () => {
  scene = await SignallingScene.open();
  phone = await scene.peer("127.0.0.2");
});
afterEach(() => scene.close());

async function challenged(cseq = 1): Promise<string[]> {
  phone.send(registerLines(phone, { cseq }));
  const answer = await phone.receive(/^SIP\/2\.0 401/);
  return [...answer.matchAll(/^WWW-Authenticate: (.*)$/gim)].map((match) => match[1] ?? "");
}

const request = { method: "REGISTER", uri: "sip:uno.example", username: "anna", password: annaAccount.password };

describe("registration", () => {
  test("SHA-256 is offered before MD5, each in a header of its own", async () => {
    const challenges = await challenged();
    expect(challenges.map((each) => /algorithm=([\w-]+)/.exec(each)?.[1])).toEqual(["SHA-256", "MD5"]);
  });

  test("a phone that could not make anything of two challenges gets MD5 alone, and so does one known for it", async () => {
    await challenged();
    expect(await challenged(2)).toEqual([expect.stringContaining("algorithm=MD5")]);
    const old = await scene.peer("127.0.0.7");
    old.send([...registerLines(old, { cseq: 1 }), "User-Agent: baresip v1.0.0 (x86_64/linux)"]);
    expect((await old.receive(/^SIP\/2\.0 401/)).match(/WWW-Authenticate/gi)).toHaveLength(1);
  });

  test.each([0, 1])("credentials for challenge %i are taken and the device can be rung", async (index) => {
    const [challenge = ""] = (await challenged()).slice(index);
    phone.send(registerLines(phone, { cseq: 2, authorization: authorizationFor(challenge, request), expires: 120 }));
    const answer = await phone.receive(/^SIP\/2\.0 200/);
    expect(headerOf(answer, "Contact")).toBe(`<sip:anna@${phone.hostPort}>;expires=120`);
    expect(scene.host.devices).toEqual([
      [{ account: "phone", device: { uri: `sip:anna@${phone.hostPort}`, nextHop: null, media: "rtp" } }],
    ]);
  });

  test.each([
    ["a wrong password", { password: "guess" }],
    ["an unknown account", { username: "nobody" }],
  ])("%s is refused with 403 and a log line", async (_name, change) => {
    const [challenge = ""] = await challenged();
    const authorization = authorizationFor(challenge, { ...request, ...change });
    phone.send(registerLines(phone, { cseq: 2, authorization }));
    await phone.receive(/^SIP\/2\.0 403/);
    expect(scene.log.messages("warn")).toEqual(["registration refused"]);
    expect(scene.host.devices).toEqual([]);
  });

  test("a captured Authorization cannot be used a second time", async () => {
    const [challenge = ""] = await challenged();
    const authorization = authorizationFor(challenge, request);
    phone.send(registerLines(phone, { cseq: 2, authorization }));
    await phone.receive(/^SIP\/2\.0 200/);
    const thief = await scene.peer("127.0.0.9");
    thief.send(registerLines(thief, { cseq: 3, authorization }));
    expect(await thief.receive(/^SIP\/2\.0 401/)).toMatch(/stale=true/);
  });

  test("an old nonce is challenged again as stale", async () => {
    const [challenge = ""] = await challenged();
    scene.clock.move(6 * 60_000);
    phone.send(registerLines(phone, { cseq: 2, authorization: authorizationFor(challenge, request) }));
    expect(await phone.receive(/^SIP\/2\.0 401/)).toMatch(/stale=true/);
  });

  test("an account may not register somebody else's address", async () => {
    const [challenge = ""] = await challenged();
    const authorization = authorizationFor(challenge, request);
    phone.send(registerLines(phone, { cseq: 2, user: "bruno", authorization }));
    await phone.receive(/^SIP\/2\.0 403/);
  });

  test("a phone behind NAT is reached where it sends from", async () => {
    const [challenge = ""] = await challenged();
    const authorization = authorizationFor(challenge, request);
    phone.send(registerLines(phone, { cseq: 2, contact: "<sip:anna@192.168.1.20:5060>", authorization }));
    await phone.receive(/^SIP\/2\.0 200/);
    expect(scene.host.devices.at(-1)?.[0]?.device).toMatchObject({
      uri: "sip:anna@192.168.1.20:5060",
      nextHop: `sip:${phone.hostPort}`,
    });
  });

  test("a registration ends at its time, and at once with Expires: 0", async () => {
    await register(phone);
    scene.clock.move(301_000);
    expect(scene.host.devices.at(-1)).toEqual([]);
    await register(phone, 10);
    const challenge = headerOf(await challengedAgain(), "WWW-Authenticate");
    phone.send(
      registerLines(phone, { cseq: 13, contact: "*", expires: 0, authorization: authorizationFor(challenge, request) }),
    );
    await phone.receive(/^SIP\/2\.0 200/);
    expect(scene.host.devices.at(-1)).toEqual([]);

    async function challengedAgain(): Promise<string> {
      phone.send(registerLines(phone, { cseq: 12 }));
      return phone.receive(/^SIP\/2\.0 401/);
    }
  });

  test.each([
    ["5 seconds are too short", { expires: 5 }, /^SIP\/2\.0 423[\s\S]*Min-Expires: 30/],
    ["* with a lifetime", { contact: "*", expires: 300 }, /^SIP\/2\.0 400/],
    ["a contact that is no SIP URI", { contact: "<mailto:anna@uno.example>" }, /^SIP\/2\.0 4(00|16)/],
  ])("%s", async (_name, change, expected) => {
    phone.send(registerLines(phone, { cseq: 1, ...change }));
    await phone.receive(expected);
  });
});

describe("who may call", () => {
  test("a stranger's INVITE reaches the application as a stranger's, without a challenge", async () => {
    const stranger = await scene.peer("127.0.0.8");
    scene.host.verdict = { kind: "refused", status: 403, why: "stranger" };
    stranger.send(inviteLines(stranger, scene.address, { callId: "stranger" }), exampleSdp);
    await stranger.receive(/^SIP\/2\.0 403/);
    expect(scene.host.invites[0]?.source).toEqual({ kind: "unknown" });
  });

  test("a registered phone proves itself and calls as its operator", async () => {
    await register(phone);
    const uri = `sip:callee@${scene.address}`;
    phone.send(inviteLines(phone, scene.address, { callId: "own" }), exampleSdp);
    const challenge = headerOf(await phone.receive(/^SIP\/2\.0 407/), "Proxy-Authenticate");
    const authorization = authorizationFor(challenge, { ...request, method: "INVITE", uri });
    const more = [`Proxy-Authorization: ${authorization}`];
    const lines = inviteLines(phone, scene.address, { callId: "own", branch: "z9hG4bK-own-2", more });
    phone.send(
      lines.map((line) => line.replace("CSeq: 1", "CSeq: 2")),
      exampleSdp,
    );
    const { invite } = await scene.host.invited();
    expect(invite.source).toEqual({ kind: "operator", operatorId: "anna" });
  });
});
