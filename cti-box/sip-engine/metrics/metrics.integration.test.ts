/** The page of measurements of a running engine, read as strictly as Prometheus would, and by promtool where it is installed. */
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { readMetrics, type MetricsPage } from "../testing/metrics-page.ts";
import { exampleSdp, inviteLines, RawPeer } from "../testing/raw-peer.ts";

const hasPromtool = spawnSync("promtool", ["--version"]).error === undefined;
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function scene() {
  const watch = { metrics: { host: "127.0.0.1", port: 0 }, trace: {} };
  const application: ConnectedApplication = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 50, {
    watch,
  });
  closing.push(() => application.close());
  const { engine, srf } = application;
  const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") });
  closing.push(() => peer.close());
  srf.invite((_req, res) => setTimeout(() => res.send(486), 30));
  await application.settled();
  const ask = (path: string, headers = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${engine.metricsPort}${path}`, { headers });
  const read = async (): Promise<MetricsPage & { text: string }> => {
    const answer = await ask("/metrics");
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await answer.text();
    return { ...readMetrics(text), text };
  };
  const invite = inviteLines(peer, `127.0.0.1:${portOf(engine, "udp")}`, { callId: "counted" });
  return { peer, invite, read, ask };
}

describe("the page of measurements", () => {
  it("counts messages, copies, retransmissions, broken messages, and how long the application takes", async () => {
    const { peer, invite, read } = await scene();
    const before = await read();
    const grown = async (key: string): Promise<number> =>
      ((await read()).values.get(key) ?? 0) - (before.values.get(key) ?? 0);
    peer.send(invite, exampleSdp);
    await peer.receive(/^SIP\/2\.0 100/);
    peer.send(invite, exampleSdp);
    await peer.receive(/^SIP\/2\.0 486/);
    // No ACK comes: the 486 is sent again and again.
    await peer.receive(/^SIP\/2\.0 486/);
    peer.sendRaw("NONSENSE without anything\r\n\r\n");
    peer.sendRaw("SIP/2.0 999 Nothing\r\n\r\n");
    const udp = 'direction="received",transport="udp"';
    await expect.poll(() => grown(`sip_engine_requests_total{${udp},method="other"}`)).toBe(2);
    expect(await grown(`sip_engine_requests_total{${udp},method="INVITE"}`)).toBe(2);
    expect(
      await grown('sip_engine_responses_total{direction="sent",transport="udp",status="486"}'),
    ).toBeGreaterThanOrEqual(2);
    expect(await grown('sip_engine_retransmissions_sent_total{kind="response"}')).toBeGreaterThanOrEqual(2);
    expect(await grown("sip_engine_copies_absorbed_total")).toBe(1);
    expect(await grown("sip_engine_malformed_messages_total")).toBe(2);
    expect(await grown(`sip_engine_message_bytes_total{${udp}}`)).toBeGreaterThan(2 * invite.join("\r\n").length);
    const page = await read();
    expect(page.values.get("sip_engine_application_reaction_seconds_count")).toBe(1);
    expect(page.values.get('sip_engine_application_reaction_seconds_bucket{le="0.01"}')).toBe(0);
    expect(page.values.get('sip_engine_application_reaction_seconds_bucket{le="+Inf"}')).toBe(1);
    expect(page.values.get("sip_engine_applications")).toBe(1);
    expect(page.values.get('sip_engine_connections{transport="tcp"}')).toBe(0);
    expect(page.values.get("sip_engine_transactions")).toBeGreaterThan(0);
    expect(page.values.get("sip_engine_traced_messages")).toBeGreaterThan(4);
    expect(page.values.get("sip_engine_cpu_seconds_total")).toBeGreaterThan(0);
    for (const [key, value] of before.values)
      if (page.types.get(key.replace(/\{.*/, "")) === "counter")
        expect(page.values.get(key), key).toBeGreaterThanOrEqual(value);
  });

  it.skipIf(!hasPromtool)("has nothing that promtool would object to", async () => {
    const { peer, invite, read } = await scene();
    peer.send(invite, exampleSdp);
    await peer.receive(/^SIP\/2\.0 486/);
    const { text } = await read();
    const judged = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
    expect(judged.stdout + judged.stderr).toBe("");
    expect(judged.status).toBe(0);
  });

  it("shows the trace to whoever has a secret of the control port, and nobody else", async () => {
    const { peer, invite, ask } = await scene();
    peer.send(invite, exampleSdp);
    await peer.receive(/^SIP\/2\.0 486/);
    for (const authorization of ["", "Bearer wrong"]) expect((await ask("/trace", { authorization })).status).toBe(401);
    const allowed = { authorization: "Bearer correct-secret" };
    const calls = (await (await ask("/trace?call=count", allowed)).json()) as {
      callId: string;
      messages: { text: string }[];
    }[];
    expect(calls).toMatchObject([{ callId: "counted" }]);
    expect(calls[0]?.messages[0]?.text).toMatch(/^INVITE /);
    expect((await ask("/trace?numbers=all", allowed)).status).toBe(400);
    expect((await ask("/elsewhere")).status).toBe(404);
  });

  it("on an address that is taken keeps the engine from starting, which says so and leaves nothing open", async () => {
    const taken = createServer();
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    closing.push(() => taken.close());
    const { port } = taken.address() as { port: number };
    const metrics = { host: "127.0.0.1", port };
    await expect(connectApplication(["sip:127.0.0.1:0"], 50, { watch: { metrics } })).rejects.toThrow(
      `metrics 127.0.0.1:${port} is in use by another program`,
    );
  });
});
