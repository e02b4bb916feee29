/** The page of measurements of the box, read as strictly as Prometheus would, and by promtool where it is installed. */
import { spawnSync } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readMetrics, type MetricsPage } from "../../../sip-engine/testing/metrics-page.ts";
import { anna, officeSettings, OfficeScene } from "../../../testing/office-scene.ts";
import { openTestStore } from "../../../testing/test-store.ts";
import { BoxMetrics } from "./box-metrics.ts";
import type { MediaHealth } from "../../application/media-port.ts";
import { JournalTiming } from "./journal-timing.ts";
import { openMetricsServer } from "./metrics-server.ts";

const hasPromtool = spawnSync("promtool", ["--version"]).error === undefined;
const { operators, queues } = officeSettings();
const settings = officeSettings({
  queues: queues.map((queue) => ({
    ...queue,
    announcements: { language: "it" as const, placeEverySeconds: 60 },
    callback: { key: "1" as const, attempts: 2, pauseMinutes: 10, outOfHours: false },
  })),
  trunks: [
    {
      trunkId: "tim",
      addresses: ["192.0.2.1"],
      capacity: 30,
      outbound: { uri: "sip:192.0.2.1", callerId: { number: "+390668888888" }, limits: { perMinute: 1 } },
    },
  ],
  operators: [
    ...operators,
    { login: "carla", displayName: "C", extension: "203", password: "password of c", queues: [] },
  ],
});

let scene: OfficeScene;
let metrics: BoxMetrics;
let server: Awaited<ReturnType<typeof openMetricsServer>>;
let media: Omit<MediaHealth, "detail">;
beforeEach(async () => {
  scene = await OfficeScene.open(settings);
  const journal = new JournalTiming();
  const store = await openTestStore();
  media = { ok: true };
  const { box } = scene;
  metrics = new BoxMetrics({
    queries: box.queries,
    figures: box.figures,
    trunks: box.trunks,
    journal,
    followers: () => ({ count: 1, largestLag: 3 }),
    health: async () => ({ ...box.health(), media }),
  });
  const timed = journal.timed(store);
  // A journal of another office, so that the timing is seen without the scene's own.
  const entry = { callId: "x", event: {}, published: [], record: {} } as never;
  await expect(timed.append([entry])).rejects.toThrow();
  await store.close();
  server = await openMetricsServer({ host: "127.0.0.1", port: 0 }, { page: () => metrics.write(), log: scene.log });
});
afterEach(async () => {
  await server.close();
  metrics.close();
  await scene.box.close();
});

const ask = (path: string, method = "GET"): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { method });
async function read(): Promise<MetricsPage & { text: string }> {
  const answer = await ask("/metrics");
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await answer.text();
  return { ...readMetrics(text, ["la2_", "process_"]), text };
}
async function live(): Promise<void> {
  scene.signIn(anna);
  const caller = await scene.call();
  scene.clock.move(12_000);
  await scene.answer("anna");
  await scene.call();
  scene.clock.move(4_000);
  const order = {
    transferId: "01KAQZ000000000000000000X1" as never,
    target: { kind: "office" as const, officeId: "x_test2" },
    ticketId: null,
    reason: "competence",
    message: "parla di +393339999999",
  };
  await scene.box.commands.requestTransfer(scene.events[0]?.call.callId as never, anna, order);
  await scene.settle();
  await scene.box.commands.cancelTransfer(scene.events[0]?.call.callId as never, anna, order.transferId);
  await scene.settle();
  scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  await scene.settle();
}

it("tells of calls, queues, operators, trunks, media, journal, events and the process", async () => {
  await live();
  const { values } = await read();
  const wanted = {
    'la2_calls{state="ringing"}': 1,
    'la2_calls{state="answered"}': 0,
    'la2_calls_started_total{direction="in"}': 2,
    'la2_calls_ended_total{direction="in",cause="caller-hung-up"}': 1,
    'la2_transfers_requested_total{target="office",mode="blind"}': 1,
    'la2_transfers_total{target="office",mode="blind",outcome="cancelled"}': 1,
    'la2_queue_waiting_calls{queue="urp"}': 1,
    'la2_queue_longest_wait_seconds{queue="urp"}': 4,
    'la2_queue_talking_calls{queue="urp"}': 0,
    'la2_queue_pending_callbacks{queue="urp"}': 0,
    'la2_queue_calls_total{queue="urp",outcome="answered"}': 1,
    'la2_queue_calls_total{queue="urp",outcome="abandoned"}': 0,
    'la2_operators{state="busy"}': 1,
    'la2_trunk_calls{trunk="tim"}': 1,
    'la2_trunk_capacity_calls{trunk="tim"}': 30,
    'la2_trunk_calls_placed_total{trunk="tim"}': 0,
    la2_media_server_up: 1,
    la2_event_followers: 1,
    la2_event_lag_events: 3,
    la2_events_last_cursor: scene.events.length,
    'la2_answer_wait_seconds_bucket{le="10"}': 0,
    'la2_answer_wait_seconds_bucket{le="20"}': 1,
    la2_answer_wait_seconds_sum: 12,
    la2_journal_append_seconds_count: 1,
    la2_journal_refused_total: 1,
    la2_calls_with_leftovers_total: 0,
  };
  expect(Object.fromEntries(Object.keys(wanted).map((key) => [key, values.get(key)]))).toEqual(wanted);
  expect(values.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
  expect(values.get("process_start_time_seconds")).toBeGreaterThan(1.7e9);
  const servers = [
    { name: "192.0.2.7:2223", ok: true },
    { name: "192.0.2.8:2223", ok: false },
  ];
  media = { ok: false, servers, movedCalls: 7 };
  const later = (await read()).values;
  expect(later.get("la2_media_server_up")).toBe(0);
  expect(later.get('la2_media_rtpengine_up{server="192.0.2.7:2223"}')).toBe(1);
  expect(later.get('la2_media_rtpengine_up{server="192.0.2.8:2223"}')).toBe(0);
  expect(later.get("la2_media_moved_calls_total")).toBe(7);
});

it("holds nothing about a person", async () => {
  await live();
  const { text } = await read();
  for (const { login } of settings.operators) expect(text).not.toContain(login);
  expect(text).not.toMatch(/39333|\+39/);
});

it("tells nothing of operators where they are so few that it would be about one of them", async () => {
  const small = await OfficeScene.open();
  const { box } = small;
  const few = new BoxMetrics({
    queries: box.queries,
    figures: box.figures,
    trunks: box.trunks,
    journal: new JournalTiming(),
    followers: () => ({ count: 0, largestLag: 0 }),
    health: async () => ({ ...box.health(), media }),
  });
  expect(await few.write()).not.toContain("la2_operators");
  few.close();
  await box.close();
});

it.skipIf(!hasPromtool)(
  "has nothing that promtool would object to (skipped where promtool is not installed)",
  async () => {
    await live();
    const { text } = await read();
    const judged = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
    expect(judged.stdout + judged.stderr).toBe("");
    expect(judged.status).toBe(0);
  },
);

it("knows one page, which can only be read", async () => {
  expect((await ask("/elsewhere")).status).toBe(404);
  expect((await ask("/metrics", "POST")).status).toBe(405);
});

it("says which address is taken", async () => {
  const taken = createServer().listen({ host: "127.0.0.1", port: 0 });
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const page = { page: async () => "", log: scene.log };
  await expect(openMetricsServer({ host: "127.0.0.1", port }, page)).rejects.toThrow(`metrics 127.0.0.1:${port}`);
  taken.close();
});
