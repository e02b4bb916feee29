/** The hub as an office's program meets it: who may ask, what is repeated, what is not told. */
import { ulid } from "ulid";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  requestOf,
  registration,
  startHubWithOffices,
  type HubWithOffices,
} from "../../../testing/hub-with-offices.ts";
import { isIntact } from "../contract/history.ts";
import type { FeedItem, TupaEvent } from "../contract/objects.ts";
import { hubName } from "../contract/office-tokens.ts";

let hub: HubWithOffices;
beforeAll(async () => {
  hub = await startHubWithOffices();
});
afterAll(() => hub.close());

const ask: HubWithOffices["ask"] = (...question) => hub.ask(...question);
async function registered(): Promise<string> {
  const ticketId = ulid();
  expect((await ask("x_test1", "/tickets", { key: ulid(), body: registration(ticketId) })).status).toBe(201);
  return ticketId;
}
const offer = (ticketId: string, transferId: string, key = transferId) =>
  ask("x_test1", `/tickets/${ticketId}/transfers`, { key, body: requestOf(transferId) });

describe("who asks", () => {
  test("a stranger who calls himself an office, nobody, and a token used twice get 401", async () => {
    const used = (await hub.tokens["x_test1"]?.(hubName)) ?? "";
    const body = registration(ulid());
    expect((await ask("stranger", "/offices")).status).toBe(401);
    expect((await ask("nobody", "/offices")).status).toBe(401);
    expect(hub.logged).toContain('a request was refused {"reason":"invalid-token","route":"/tupa/v1/offices"}');
    expect((await ask("x_test1", "/tickets", { key: ulid(), body, token: used })).status).toBe(201);
    expect((await ask("x_test1", "/tickets", { key: ulid(), body, token: used })).status).toBe(401);
    const elsewhere = (await hub.tokens["x_test1"]?.("x_test2")) ?? "";
    expect((await ask("x_test1", "/tickets", { key: ulid(), body, token: elsewhere })).status).toBe(401);
  });

  test("whether a ticket exists is not told to who has no part in it", async () => {
    const ticketId = await registered();
    const [real, none] = [await ask("x_test3", `/tickets/${ticketId}`), await ask("x_test3", `/tickets/${ulid()}`)];
    expect([real.status, real.body]).toEqual([none.status, none.body]);
    expect(real.status).toBe(404);
    expect((await ask("x_test3", `/tickets/${ticketId}/events`)).status).toBe(404);
    const stolen = await ask("x_test3", `/tickets/${ticketId}/transfers`, {
      key: ulid(),
      body: { ...requestOf(ulid(), "x_test2"), fromOfficeId: "x_test3" },
    });
    expect(stolen.status).toBe(404);
  });

  test("an office does not speak for another", async () => {
    const ticketId = await registered();
    const transferId = ulid();
    await offer(ticketId, transferId);
    const accept = { targetLocalTicketId: "X", operatorRef: null, takeNow: true };
    expect((await ask("x_test3", `/transfers/${transferId}/acceptance`, { key: ulid(), body: accept })).status).toBe(
      404,
    );
    expect((await ask("x_test1", `/transfers/${transferId}/acceptance`, { key: ulid(), body: accept })).status).toBe(
      403,
    );
    expect(
      (await ask("x_test2", `/transfers/${transferId}/withdrawal`, { key: ulid(), body: { reason: "cancelled" } }))
        .status,
    ).toBe(403);
    expect((await ask("x_test2", "/tickets", { key: ulid(), body: registration(ulid()) })).status).toBe(403);
  });
});

describe("what is asked again", () => {
  test("a transfer sent ten times at once is one, delivered once", async () => {
    const ticketId = await registered();
    const transferId = ulid();
    const answers = await Promise.all(Array.from({ length: 10 }, () => offer(ticketId, transferId)));
    expect(new Set(answers.map((each) => each.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((each) => JSON.stringify(each.body))).size).toBe(1);
    expect(hub.deliveries.filter((each) => each === transferId)).toEqual([transferId]);
    const later = await offer(ticketId, transferId);
    expect([later.replayed, later.status]).toEqual([true, 201]);
    // Under another key it is still the same transfer.
    expect((await offer(ticketId, transferId, ulid())).body["transferId"]).toBe(transferId);
    const { body } = await ask("x_test1", `/tickets/${ticketId}/events`);
    expect((body["items"] as { type: string }[]).map(({ type }) => type)).toEqual([
      "created",
      "transfer_requested",
      "transfer_delivered",
    ]);
  });

  test("one key for two different requests is refused", async () => {
    const ticketId = await registered();
    const transferId = ulid();
    await offer(ticketId, transferId);
    const other = await ask("x_test1", `/tickets/${ticketId}/transfers`, {
      key: transferId,
      body: { ...requestOf(transferId), message: "altro" },
    });
    expect([other.status, other.body["title"]]).toEqual([422, "idempotency-mismatch"]);
  });

  test("of acceptance and withdrawal at the same time exactly one is heard", async () => {
    const wins = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const ticketId = await registered();
        const transferId = ulid();
        await offer(ticketId, transferId);
        const [accepted, withdrawn] = await Promise.all([
          ask("x_test2", `/transfers/${transferId}/acceptance`, {
            key: ulid(),
            body: { targetLocalTicketId: "B-7", operatorRef: null, takeNow: true },
          }),
          ask("x_test1", `/transfers/${transferId}/withdrawal`, { key: ulid(), body: { reason: "no_answer" } }),
        ]);
        const { body } = await ask("x_test1", `/tickets/${ticketId}`);
        expect((body["owner"] as { officeId: string }).officeId).toBe(accepted.status === 200 ? "x_test2" : "x_test1");
        return [accepted.status, withdrawn.status].toSorted((one, other) => one - other);
      }),
    );
    for (const each of wins) expect(each).toEqual([200, 409]);
  });
});

describe("an accepted transfer whose call is with the source again", () => {
  const act = (officeId: string, path: string, body: object) =>
    ask(officeId, `/transfers/${path}`, { key: ulid(), body });
  const back = { reason: "failed" };
  async function accepted(): Promise<{ ticketId: string; transferId: string }> {
    const [ticketId, transferId] = [await registered(), ulid()];
    const body = { ...requestOf(transferId), withCall: true };
    expect((await ask("x_test1", `/tickets/${ticketId}/transfers`, { key: transferId, body })).status).toBe(201);
    const taken = { targetLocalTicketId: "B-7", operatorRef: null, takeNow: true };
    expect((await act("x_test2", `${transferId}/acceptance`, taken)).status).toBe(200);
    return { ticketId, transferId };
  }

  test("is given back to it once, however often and at the same time it asks, and to nobody else", async () => {
    const { ticketId, transferId } = await accepted();
    expect((await act("x_test2", `${transferId}/return`, back)).status).toBe(403);
    expect((await act("x_test3", `${transferId}/return`, back)).status).toBe(404);
    expect((await act("x_test1", `${transferId}/return`, { reason: "bored" })).status).toBe(422);
    const askBack = (key: string) => ask("x_test1", `/transfers/${transferId}/return`, { key, body: back });
    const key = ulid();
    const asked = [key, key, ulid(), ulid()].map((each) => askBack(each));
    const answers = [...(await Promise.all(asked)), await askBack(key)];
    expect(answers.map(({ status, body }) => [status, body["status"]])).toEqual(answers.map(() => [200, "returned"]));
    expect(answers.at(-1)?.replayed).toBe(true);
    const { body } = await ask("x_test2", `/tickets/${ticketId}`);
    const owner = { officeId: "x_test1", localTicketId: "A-1" };
    expect(body).toMatchObject({ owner, watchers: ["x_test2"], status: "open_bo", hops: 0, pendingTransferId: null });
    const history = (await ask("x_test2", `/tickets/${ticketId}/events`)).body["items"] as TupaEvent[];
    expect(isIntact(history)).toBe(true);
    expect(history.filter(({ type }) => type === "transfer_returned")).toMatchObject([
      { actor: { officeId: "x_test1" }, data: { transferId, reason: "failed" } },
    ]);
    // Both hear of it, and it may travel again.
    for (const officeId of ["x_test1", "x_test2"]) {
      const items = (await ask(officeId, "/events?limit=500")).body["items"] as FeedItem[];
      expect(items.at(-1)).toMatchObject({ event: { ticketId }, transfer: { transferId, status: "returned" } });
    }
    expect((await offer(ticketId, ulid())).status).toBe(201);
  });

  test("stays with who has closed it or passed it on", async () => {
    const [shut, gone] = [await accepted(), await accepted()];
    const closure = { updateId: ulid(), status: "closed_bo", outcome: "answered", answer: "Fatto" };
    expect((await ask("x_test2", `/tickets/${shut.ticketId}/closure`, { key: ulid(), body: closure })).status).toBe(
      200,
    );
    const refused = await act("x_test1", `${shut.transferId}/return`, back);
    expect([refused.status, refused.body["title"]]).toEqual([409, "invalid-transition"]);

    const on = { ...requestOf(ulid(), "x_test3"), fromOfficeId: "x_test2", withCall: true };
    const passed = await ask("x_test2", `/tickets/${gone.ticketId}/transfers`, { key: on.transferId, body: on });
    expect(passed.status).toBe(201);
    expect((await act("x_test1", `${gone.transferId}/return`, back)).body["title"]).toBe("transfer-pending");
    const taken = { targetLocalTicketId: "C-1", operatorRef: null, takeNow: true };
    expect((await act("x_test3", `${on.transferId}/acceptance`, taken)).status).toBe(200);
    expect((await act("x_test1", `${gone.transferId}/return`, back)).body["title"]).toBe("already-decided");
    // Given back to the second office it is that one's, and the first journey is over all the same.
    expect((await act("x_test2", `${on.transferId}/return`, back)).status).toBe(200);
    expect((await act("x_test1", `${gone.transferId}/return`, back)).body["title"]).toBe("already-decided");
    const { body } = await ask("x_test1", `/tickets/${gone.ticketId}`);
    expect(body).toMatchObject({ owner: { officeId: "x_test2", localTicketId: "B-7" }, status: "in_progress" });
  });
});

test("bad input is named, and the hub goes on", async () => {
  const noKey = await ask("x_test1", "/tickets", { body: registration(ulid()) });
  const wrong = await ask("x_test1", "/tickets", {
    key: ulid(),
    body: { ...registration(ulid()), subject: "", publicCode: "1" },
  });
  const unknown = await ask("x_test1", `/tickets/${await registered()}/transfers`, {
    key: ulid(),
    body: requestOf(ulid(), "x_nowhere"),
  });
  expect([noKey.status, wrong.status, unknown.status]).toEqual([422, 422, 422]);
  expect((wrong.body["errors"] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual([
    "/publicCode",
    "/subject",
  ]);
  expect(unknown.body["title"]).toBe("unknown-office");
  expect((await fetch(`${hub.url}/tupa/v1/status`)).status).toBe(200);
});

test("a feed gives each party what happened after its cursor, once, and wakes who waits", async () => {
  const { body: before } = await ask("x_test2", "/events?limit=500");
  const cursor = before["nextCursor"] as number;
  const waiting = ask("x_test2", `/events?cursor=${cursor}&wait=10`);
  const ticketId = await registered();
  await offer(ticketId, ulid());
  const { body } = await waiting;
  const items = body["items"] as FeedItem[];
  expect(items.length).toBeGreaterThan(0);
  expect(items.every((item) => item.event.ticketId === ticketId && item.cursor > cursor)).toBe(true);
  expect((await ask("x_test3", `/events?cursor=${cursor}&limit=500`)).body["items"]).toEqual([]);
});
