/** What pages are told of the others, as it changes. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, bruno, OfficeScene, officeSettings } from "../../../testing/office-scene.ts";
import { OfficeNewsDesk } from "./office-news.ts";
import type { OfficeNews } from "../../../contracts/index.ts";
import type { OperatorAccount } from "./api-parts.ts";
import type { OperatorId } from "../../domain/call/ids.ts";

const queue = {
  queueId: "urp",
  label: "URP",
  ringTimeoutSeconds: 20,
  maxWaitSeconds: 600,
  wrapUpSeconds: 0,
  announcements: { language: "it", placeEverySeconds: 60 },
  callback: { key: "1", attempts: 2, pauseMinutes: 10, outOfHours: true },
} as const;
const hours = {
  timeZone: "UTC",
  weekly: { "2": ["22:14-23:00"] },
  holidays: "none",
  patronDay: null,
  closures: [],
} as const;

const carla = "carla" as OperatorId;
let scene: OfficeScene;
let news: OfficeNewsDesk;
let told: { to: OperatorId; news: OfficeNews }[];

beforeEach(async () => {
  scene = await OfficeScene.open(officeSettings({ queues: [queue] }));
  told = [];
  const account = (login: string, queues: OperatorAccount["queues"], roles: OperatorAccount["roles"] = []) => {
    return { login, displayName: `${login} Rossi`, extension: "", password: "", roles, queues };
  };
  const other = { officeId: "x_test2", label: "Due", topics: [], languages: [], hours };
  const options = {
    operators: [
      account("anna", [{ queueId: "urp", label: "URP" }]),
      account("bruno", []),
      account("carla", [], ["supervisor"]),
    ],
    network: [{ ...other, status: "active" as const }],
  };
  const { box, clock } = scene;
  news = new OfficeNewsDesk(
    { desk: box.desk, queries: box.queries, recalls: box.recalls, options, clock },
    { operators: () => [anna, bruno, carla], tell: (to, one) => told.push({ to, news: one }) },
  );
});
afterEach(async () => {
  news.close();
  await scene.settle();
  await scene.box.close();
});

const toldOf = (topic: OfficeNews["topic"], to: OperatorId = anna) =>
  told.flatMap((one) => (one.to === to && one.news.topic === topic ? [one.news] : []));

test("a page that joins gets colleagues by name, and everything else there is", () => {
  expect(news.greeting(anna)).toEqual([
    {
      topic: "colleagues",
      items: [
        { login: "anna", displayName: "anna Rossi", state: "signed-out" },
        { login: "bruno", displayName: "bruno Rossi", state: "signed-out" },
        { login: "carla", displayName: "carla Rossi", state: "signed-out" },
      ],
    },
    { topic: "recalls", items: [] },
    { topic: "offices", items: [{ officeId: "x_test2", openState: "closed" }] },
    { topic: "parked-calls", items: [] },
    { topic: "callbacks", items: [] },
  ]);
});

test("everybody is told of a colleague's state; whoever waits for one, of that alone", () => {
  scene.signIn(bruno);
  expect(toldOf("colleague-state")).toContainEqual({
    topic: "colleague-state",
    login: "bruno",
    state: "available",
  });
  scene.box.recalls.ask(anna, bruno);
  expect(toldOf("recalls")).toMatchObject([{ items: [{ login: "bruno", stage: "waiting" }] }]);
  expect(toldOf("recalls", bruno)).toEqual([]);
  scene.box.recalls.cancel(anna, bruno);
  expect(toldOf("recalls").at(-1)).toEqual({ topic: "recalls", items: [] });
});

test("a parked call is told once, and again when it is taken up", async () => {
  scene.signIn(anna);
  await scene.call();
  await scene.answer("anna");
  const callId = scene.lastCallId();
  await scene.box.commands.park(callId, anna);
  await scene.settle();
  expect(toldOf("parked-calls", bruno)).toMatchObject([{ items: [{ callId, parkedBy: "anna" }] }]);
  await scene.box.commands.retrieve(anna, callId);
  await scene.settle();
  expect(toldOf("parked-calls", bruno).at(-1)).toEqual({ topic: "parked-calls", items: [] });
});

test("whoever keeps a place for a call back is told to those who serve the queue, and to supervisors", async () => {
  const caller = await scene.call();
  scene.box.keyPressed(caller, "1");
  await scene.settle();
  scene.box.announcementEnded(caller);
  await scene.settle();
  expect(toldOf("callbacks")).toMatchObject([
    { items: [{ queueId: "urp", number: "+393331234567", state: "in-line" }] },
  ]);
  expect(JSON.stringify(toldOf("callbacks", bruno))).not.toContain("+39");
  expect(toldOf("callbacks", carla)).toEqual(toldOf("callbacks"));
});

test("an office that opens by the clock is told once", () => {
  news.look();
  expect(toldOf("offices")).toEqual([]);
  scene.clock.move(60_000);
  news.look();
  news.look();
  expect(toldOf("offices")).toEqual([{ topic: "offices", items: [{ officeId: "x_test2", openState: "open" }] }]);
});
