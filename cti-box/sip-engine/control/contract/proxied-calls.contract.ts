/** The `proxy` command: what targets and caller hear, and the frames up to the final one (control protocol §8). */
import { describe, expect, it } from "vitest";
import {
  answerLines,
  cancelOf,
  field,
  sdpType,
  type ContractApplication,
  type ContractScene,
  type Frame,
} from "../../testing/contract-scene.ts";
import { exampleSdp, headerOf, type RawPeer } from "../../testing/raw-peer.ts";

type Proxied = { caller: RawPeer; application: ContractApplication; invite: Frame; command: string; callId: string };

/** A call that the application has passed on to these targets, one after the other unless said otherwise. */
async function proxied(
  scene: ContractScene,
  targets: readonly RawPeer[],
  { mode = "serial", remains = "" }: { mode?: "serial" | "simultaneous"; remains?: "" | "remainInDialog" } = {},
): Promise<Proxied> {
  const application = await scene.application("invite");
  const caller = await scene.peer("127.0.0.2");
  const callId = scene.callId();
  const invite = await scene.invited(caller, application, callId);
  const uris = targets.map((target) => `sip:callee@${target.hostPort}`);
  const meta = `proxy|${invite.fields[field.transaction]}|${remains}|fullResponse||${mode}|||${uris.join("|")}`;
  const command = application.say(meta, [`INVITE ${uris[0]} SIP/2.0`, "X-Passed: on"]);
  return { caller, application, invite, command, callId };
}

/** The frames that answer the command, up to the one after which drachtio-srf lets it go: its 13th field is not `continue`. */
async function framesOf({ application, command }: Proxied): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (;;) {
    const frame = await application.answerTo(command);
    frames.push(frame);
    if (frame.fields[12] !== "continue") return frames;
  }
}

const contactOf = (callee: RawPeer): string[] => [`Contact: <sip:callee@${callee.hostPort}>`, ...sdpType];

export function itProxiesCalls(scene: ContractScene): void {
  describe("proxied calls", () => {
    results(scene);
    forking(scene);
    forwarding(scene);
    failures(scene);
  });
}

function results(scene: ContractScene): void {
  it("an answered call: the target's 200 with its place, then done; nothing comes after it", async () => {
    const callee = await scene.peer("127.0.0.3");
    const call = await proxied(scene, [callee]);
    const invite = await callee.receive(/^INVITE /);
    callee.send(answerLines(invite, "180 Ringing"));
    await call.caller.receive(/^SIP\/2\.0 180/);
    callee.send(answerLines(invite, "200 OK", contactOf(callee)), exampleSdp);
    await call.caller.receive(/^SIP\/2\.0 200/);
    const [answer, done] = await framesOf(call);
    expect(answer?.fields.slice(3, 5)).toEqual(["OK", "network"]);
    expect(answer?.fields.slice(6, 9)).toEqual(["udp", ...callee.hostPort.split(":")]);
    expect(answer?.fields.slice(10)).toEqual(["", "", "continue"]);
    expect(answer?.message).toMatch(/^SIP\/2\.0 200/);
    expect(done?.fields.slice(3)).toEqual(["OK", "done"]);
    expect((await call.application.command("ping")).fields[field.text]).toBe("pong");
    expect(call.application.unread).toBe(0);
  });

  it("targets one after the other: each one's refusal is told, the last one's answer, then done", async () => {
    const [first, second] = [await scene.peer("127.0.0.3"), await scene.peer("127.0.0.4")];
    const call = await proxied(scene, [first, second]);
    first.send(answerLines(await first.receive(/^INVITE /), "486 Busy Here"));
    await first.receive(/^ACK /);
    second.send(answerLines(await second.receive(/^INVITE /), "200 OK", contactOf(second)), exampleSdp);
    await call.caller.receive(/^SIP\/2\.0 200/);
    const frames = await framesOf(call);
    expect(frames.map(({ message }) => message.split("\r\n")[0])).toEqual([
      "SIP/2.0 486 Busy Here",
      "SIP/2.0 200 OK",
      "",
    ]);
    expect(frames.map(({ fields }) => fields[8])).toEqual([
      first.hostPort.split(":")[1],
      second.hostPort.split(":")[1],
      undefined,
    ]);
  });
}

function forking(scene: ContractScene): void {
  it("all at once: who answers first has the call, the others are cancelled", async () => {
    const [first, second] = [await scene.peer("127.0.0.3"), await scene.peer("127.0.0.4")];
    const call = await proxied(scene, [first, second], { mode: "simultaneous" });
    const [one, other] = [await first.receive(/^INVITE /), await second.receive(/^INVITE /)];
    first.send(answerLines(one, "180 Ringing"));
    second.send(answerLines(other, "180 Ringing"));
    await call.caller.receive(/^SIP\/2\.0 180/);
    await call.caller.receive(/^SIP\/2\.0 180/);
    first.send(answerLines(one, "200 OK", contactOf(first)), exampleSdp);
    await call.caller.receive(/^SIP\/2\.0 200/);
    const cancel = await second.receive(/^CANCEL /);
    second.send(answerLines(cancel, "200 OK"));
    second.send(answerLines(other, "487 Request Terminated"));
    await second.receive(/^ACK /);
    expect((await framesOf(call)).at(-1)?.fields.slice(3)).toEqual(["OK", "done"]);
  });

  it("nobody takes the call: the caller gets the best refusal, the application all of them, then done", async () => {
    const [first, second] = [await scene.peer("127.0.0.3"), await scene.peer("127.0.0.4")];
    const call = await proxied(scene, [first, second]);
    first.send(answerLines(await first.receive(/^INVITE /), "404 Not Found"));
    second.send(answerLines(await second.receive(/^INVITE /), "603 Decline"));
    await call.caller.receive(/^SIP\/2\.0 603/);
    const frames = await framesOf(call);
    expect(frames.map(({ message }) => /^SIP\/2\.0 (\d+)/.exec(message)?.[1])).toEqual(["404", "603", undefined]);
    expect(frames.at(-1)?.fields.slice(3)).toEqual(["OK", "done"]);
  });
}

function forwarding(scene: ContractScene): void {
  it("what is passed on keeps the caller's identity and body, gets the command's headers and one hop less", async () => {
    const callee = await scene.peer("127.0.0.3");
    const call = await proxied(scene, [callee], { remains: "remainInDialog" });
    const invite = await callee.receive(/^INVITE /);
    expect(invite.split(" ")[1]).toBe(`sip:callee@${callee.hostPort}`);
    for (const name of ["From", "To", "Call-ID", "CSeq", "Contact"])
      expect(headerOf(invite, name)).toBe(headerOf(call.invite.message, name));
    expect(headerOf(invite, "Max-Forwards")).toBe("69");
    expect(headerOf(invite, "X-Passed")).toBe("on");
    expect(invite.match(/^Via:/gim)).toHaveLength(2);
    expect(headerOf(invite, "Record-Route")).toMatch(new RegExp(`^<sip:${scene.server.at}[^>]*;lr`));
    expect(invite.endsWith(exampleSdp)).toBe(true);
  });

  it("a caller that gives up: 200 and 487 to it, CANCEL to the target, not a word to the application but done", async () => {
    const callee = await scene.peer("127.0.0.3");
    const call = await proxied(scene, [callee]);
    const invite = await callee.receive(/^INVITE /);
    callee.send(answerLines(invite, "180 Ringing"));
    await call.caller.receive(/^SIP\/2\.0 180/);
    call.caller.send(cancelOf(call.caller, scene, call.callId));
    await call.caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 CANCEL/);
    await call.caller.receive(/^SIP\/2\.0 487/);
    const cancel = await callee.receive(/^CANCEL /);
    expect(headerOf(cancel, "Via")).toBe(headerOf(invite, "Via"));
    callee.send(answerLines(cancel, "200 OK"));
    callee.send(answerLines(invite, "487 Request Terminated"));
    await callee.receive(/^ACK /);
    const frames = await framesOf(call);
    expect(frames.every(({ fields }) => fields[field.type] === "response")).toBe(true);
    expect(frames.at(-1)?.fields.slice(3)).toEqual(["OK", "done"]);
  });
}

function failures(scene: ContractScene): void {
  it("a transaction that is not there is refused", async () => {
    const application = await scene.application();
    const { fields } = await application.command("proxy|nosuch||fullResponse||serial|||sip:127.0.0.3:5070", [
      "INVITE sip:127.0.0.3:5070 SIP/2.0",
    ]);
    expect(fields.slice(3)).toEqual(["NOK", "Unknown transaction id: nosuch"]);
  });

  it("after the command the transaction is no longer the application's", async () => {
    const callee = await scene.peer("127.0.0.3");
    const call = await proxied(scene, [callee]);
    await callee.receive(/^INVITE /);
    expect((await call.application.answer(call.invite, "486 Busy Here")).fields[field.outcome]).toBe("NOK");
  });
}
