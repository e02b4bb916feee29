/** Applications that wait for the engine to connect (`srf.listen`), each request on a connection of its own (control protocol §11). */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { listeningAt, OutboundScene } from "../../testing/outbound-scene.ts";
import { makeCertificates } from "../../testing/throwaway-certificates.ts";
import type { ControlOptions } from "../control-options.ts";

let scene: OutboundScene;
const ends: (() => unknown)[] = [];

afterEach(async () => {
  await scene.close();
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
});

async function open(control: ControlOptions): Promise<void> {
  scene = await OutboundScene.open(control);
}

describe("an application that is connected to directly", () => {
  it("over tcp://, for one method; others go the usual way", async () => {
    const port = await listeningAt(ends);
    await open({ handlers: [{ method: "invite", url: `tcp://127.0.0.1:${port}` }] });
    const lines = scene.call();
    scene.hangUp(await scene.final());
    expect(await scene.final()).toMatch(/CSeq: 2 BYE/);
    scene.caller.send(lines.map((line) => line.replace("INVITE", "OPTIONS").replace("branch=", "branch=z9hG4bK-o")));
    expect(await scene.final()).toMatch(/^SIP\/2\.0 503/);
  });

  it("over tls://, whose authority is known", async () => {
    const certificates = makeCertificates();
    ends.push(() => certificates.remove());
    const port = await listeningAt(ends, certificates.server);
    const handlers = [{ method: "*", url: `tls://127.0.0.1:${port}` }];
    await open({ handlers, handlerCaFile: certificates.caFile });
    scene.call();
    const ok = await scene.final();
    expect(ok).toMatch(/^SIP\/2\.0 200/);
    scene.hangUp(ok);
    expect(await scene.final()).toMatch(/CSeq: 2 BYE/);
    await scene.close();
    await open({ handlers });
    scene.call();
    expect(await scene.final()).toMatch(/^SIP\/2\.0 480/);
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
    await open({ handlers: [{ method: "*", url: `tcp://127.0.0.1:${port}` }] });
    scene.call();
    expect(await scene.final()).toMatch(/^SIP\/2\.0 480/);
  });
});
