/** Call detail records over HTTP: who may read them, filters, pages, and CSV. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callRecordPageSchema, type CallRecord } from "../../../contracts/index.ts";
import { anna } from "../../../testing/office-scene.ts";
import { ApiScene, serviceSecret } from "../../../testing/api-scene.ts";

let scene: ApiScene;
let supervisor: string;
const hour = 3_600_000;
beforeAll(async () => {
  scene = await ApiScene.open();
  ({ token: supervisor } = await scene.signIn("bruno"));
  const { office } = scene;
  // Three callers an hour apart: one talks with Anna, one gives up, one came from another office and is refused.
  office.signIn(anna);
  const first = await office.call({ from: { user: "+393331234567", displayName: "=cmd()" } });
  office.clock.move(4_000);
  await office.answer("anna");
  office.clock.move(60_000);
  office.sip.hear({ type: "leg-ended", legId: first, how: "bye" });
  await office.settle();
  office.box.desk.setAvailability(anna, "away");
  office.clock.move(hour);
  const second = await office.call();
  office.clock.move(7_000);
  office.sip.hear({ type: "leg-ended", legId: second, how: "bye" });
  await office.settle();
  office.clock.move(hour);
  await office.call({ source: { kind: "member", officeId: "x_test2" }, requestedUser: "urp" });
});
afterAll(() => scene.close());

async function records(query = ""): Promise<CallRecord[]> {
  const answer = await scene.ask("GET", `/api/call-records?${query}`, { token: supervisor });
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.any(String)]);
  return callRecordPageSchema.parse(answer.json).items;
}

describe("records", () => {
  it("tell of every leg, its tariff and its end, and of the wait", async () => {
    const [first] = await records();
    expect(first).toMatchObject({
      direction: "in",
      queueId: "urp",
      queueWaitSeconds: 4,
      operatorLogins: ["anna"],
      endCause: "caller-hung-up",
      end: { by: "far-end", q850: 16, text: "Normal call clearing", sipStatus: null },
      legs: [
        { role: "caller", peer: { kind: "trunk", name: "tim" }, tariff: "pstn", talkSeconds: 60 },
        { role: "operator", tariff: "on-net", end: { by: "box", q850: 16 } },
      ],
    });
  });

  it.each([
    ["endCause=caller-gave-up", [1]],
    ["endCause=no-operator", [2]],
    ["tariff=pstn", [0, 1]],
    ["trunkId=tim", [0, 1]],
    ["trunkId=anna", []],
    ["queueId=urp&endCause=caller-hung-up", [0]],
    ["queueId=other", []],
    ["direction=in", [0, 1, 2]],
    ["direction=internal", []],
    ["ticketId=01KAQZ00000000000000000001", []],
  ])("that fit %s", async (query, expected) => {
    const all = (await records()).map(({ callId }) => callId);
    expect((await records(query)).map(({ callId }) => all.indexOf(callId))).toEqual(expected);
  });

  it("of a span of time: its first moment belongs to it, its last does not", async () => {
    const [first, second, third] = await records();
    const span = `from=${second?.startedAt ?? ""}&to=${third?.startedAt ?? ""}`;
    expect((await records(span)).map(({ callId }) => callId)).toEqual([second?.callId]);
    expect(await records(`to=${first?.startedAt ?? ""}`)).toEqual([]);
  });

  it("come in pages that say whether there is more", async () => {
    const page = async (query: string) =>
      callRecordPageSchema.parse((await scene.ask("GET", `/api/call-records?${query}`, { token: supervisor })).json);
    const first = await page("limit=2");
    const second = await page(`limit=2&after=${first.nextAfter ?? ""}`);
    expect([first.items.length, second.items.length, second.nextAfter]).toEqual([2, 1, null]);
    expect((await page("limit=3")).nextAfter).toBeNull();
  });

  it.each([
    ["/api/call-records?from=yesterday&tariff=free&limit=501", ["/from", "/limit", "/tariff"]],
    ["/api/call-records?callerNumber=393331234567", ["/callerNumber"]],
    ["/api/call-records.csv?to=2026-11-26&limit=7", ["/limit", "/to"]],
  ])("%s is refused with a pointer to each field", async (path, pointers) => {
    const answer = await scene.ask("GET", path, { token: supervisor });
    expect(answer.status).toBe(422);
    const { problems } = answer.json as { problems: { pointer: string }[] };
    expect(problems.map(({ pointer }) => pointer).toSorted()).toEqual(pointers);
  });
});

describe("CSV", () => {
  it("has one line per call, no formula, and the same filters", async () => {
    const answer = await scene.ask("GET", "/api/call-records.csv?tariff=pstn", { token: serviceSecret });
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    const [header, first, second, end] = answer.text.split("\r\n");
    expect(header).toMatch(/^call_id,contact_id,office_id,direction,started_at,/);
    expect(first).toContain(",+393331234567,'=cmd(),+390668888888,urp,4,anna,tim,60,60,,,,caller-hung-up,16,");
    expect(second).toContain(",caller-gave-up,16,");
    expect(end).toBe("");
  });

  it("is for supervisors, administrators and programs of the office", async () => {
    const { token } = await scene.signIn("anna");
    const statuses = await Promise.all(
      [token, supervisor, serviceSecret, undefined].map(async (who) => {
        const ask = who === undefined ? {} : { token: who };
        return (await scene.ask("GET", "/api/call-records.csv", ask)).status;
      }),
    );
    expect(statuses).toEqual([403, 200, 200, 401]);
  });
});
