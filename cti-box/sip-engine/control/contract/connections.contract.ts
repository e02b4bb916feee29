/** What an application and a server say to each other about the connection itself (control protocol §1, §3). */
import { describe, expect, it } from "vitest";
import { field, type ContractScene } from "../../testing/contract-scene.ts";
import { exampleSdp, inviteLines } from "../../testing/raw-peer.ts";

export function itLetsApplicationsIn(scene: ContractScene): void {
  describe("connections", () => {
    it("the right secret is answered with the contacts and a version that switches drachtio-srf's pings on", async () => {
      const application = await scene.connection();
      const { fields } = await application.command(`authenticate|${scene.server.secret}|red,blue`);
      expect(fields[field.outcome]).toBe("OK");
      expect(fields[4]?.split(",")).toEqual(
        expect.arrayContaining([`tcp/${scene.server.at}`, `udp/${scene.server.at}`]),
      );
      const [, major, minor, patch] = /^v(\d+)\.(\d+)\.(\d+)/.exec(fields[5] ?? "") ?? [];
      expect(Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch)).toBeGreaterThanOrEqual(8_002);
      expect(fields[6]?.split(",")).toEqual(fields[4]?.split(","));
    });

    it.each([
      ["a wrong secret", "authenticate|wrong|", "incorrect secret"],
      ["an unknown type", "nonsense|x", "Unknown message type"],
    ])("%s is answered NO, and the connection closed", async (_name, meta, text) => {
      const application = await scene.connection();
      if (!meta.startsWith("authenticate")) await application.command(`authenticate|${scene.server.secret}|`);
      const { fields } = await application.command(meta);
      expect([fields[field.outcome], fields[field.text]]).toEqual(["NO", text]);
      await application.closed();
    });

    it("a ping is answered pong", async () => {
      const application = await scene.application();
      expect((await application.command("ping")).fields.slice(3)).toEqual(["OK", "pong"]);
    });

    it("a new request nobody takes is refused with 503", async () => {
      const caller = await scene.peer("127.0.0.2");
      caller.send(inviteLines(caller, scene.server.at, { callId: scene.callId() }), exampleSdp);
      await caller.receive(/^SIP\/2\.0 503/);
    });

    it("applications that take a method take turns", async () => {
      const applications = [await scene.application("invite"), await scene.application("invite")];
      const caller = await scene.peer("127.0.0.2");
      const heard = applications.map((application) => application.heard(/INVITE /));
      for (let call = 0; call < 2; call += 1)
        caller.send(inviteLines(caller, scene.server.at, { callId: scene.callId() }), exampleSdp);
      expect(await Promise.all(heard)).toHaveLength(2);
    });

    beyondTheOther(scene);
  });
}

/** Demanded of this engine only: here the other server is known to do less. */
function beyondTheOther(scene: ContractScene): void {
  const ours = it.skipIf(scene.underTest.kind === "other");

  ours("nothing is executed before the right secret", async () => {
    const application = await scene.connection();
    application.say("route|invite");
    await application.closed();
  });

  ours("a message that is no command at all is answered NO, and the connection closed", async () => {
    const application = await scene.application();
    const { fields } = await application.command("");
    expect(fields[field.outcome]).toBe("NO");
    await application.closed();
  });

  ours("a command of 200 kB is executed", async () => {
    const application = await scene.application();
    const callee = await scene.peer("127.0.0.3");
    const body = "x".repeat(200_000);
    const lines = [`MESSAGE sip:${callee.hostPort} SIP/2.0`, "Content-Type: text/plain"];
    expect((await application.command("sip||", lines, body)).fields[field.outcome]).toBe("OK");
  });

  ours("remove_route takes one method away, not all", async () => {
    const application = await scene.application("invite", "message");
    await application.command("remove_route|message");
    const caller = await scene.peer("127.0.0.2");
    await scene.invited(caller, application);
  });
}
