/** Operators' commands over HTTP on calls that are under way, and the directory they choose from. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callRecordPageSchema, directorySchema, parkedCallsSchema, problemSchema } from "../../../contracts/index.ts";
import { ApiScene, type Answer } from "../../../testing/api-scene.ts";
import { anna, bruno } from "../../../testing/office-scene.ts";

let scene: ApiScene;
let own: string;
let colleague: string;
let call: string;
beforeEach(async () => {
  scene = await ApiScene.open();
  own = (await scene.signIn("anna")).token;
  colleague = (await scene.signIn("bruno")).token;
  scene.office.signIn(anna);
  await scene.office.call();
  await scene.office.answer("anna");
  call = `/api/calls/${scene.office.lastCallId()}`;
});
afterEach(() => scene.close());

const transferId = "01KAQZ000000000000000000X1";
const ticketId = "01KAQZ000000000000000000T1";
const order = (target: unknown) => ({ transferId, target, ticketId, reason: "competence", message: "una nota" });
const toOffice = (officeId: string) => order({ kind: "office", officeId });
const refusal = (answer: Answer): string => `${answer.status} ${problemSchema.parse(answer.json).type}`;
const lastEvent = () => scene.office.events.at(-1);

it("hold and resume, each repeated without a second effect", async () => {
  const { token } = { token: own };
  for (const [command, event] of [
    ["hold", "call-held"],
    ["resume", "call-resumed"],
  ] as const) {
    expect((await scene.ask("POST", `${call}/${command}`, { token })).status).toBe(204);
    expect((await scene.ask("POST", `${call}/${command}`, { token })).status).toBe(204);
    await scene.office.settle();
    expect(scene.office.eventTypes().filter((type) => type === event)).toHaveLength(1);
  }
});

it("a transfer with its ticket, repeated, then cancelled; the note stays out of SIP", async () => {
  const body = toOffice("x_test2");
  const ask = () => scene.ask("POST", `${call}/transfers`, { token: own, body });
  expect(await ask()).toMatchObject({ status: 202, json: { transferId } });
  expect((await ask()).status).toBe(202);
  await scene.office.settle();
  const requested = scene.office.events.filter((event) => event.type === "call-transfer-requested");
  expect(requested).toMatchObject([{ transferId, ticketId, message: "una nota", requestedBy: "anna" }]);
  expect(JSON.stringify(scene.office.sip.placed)).not.toContain("una nota");
  const second = { ...body, transferId: "01KAQZ000000000000000000X2" };
  expect(refusal(await scene.ask("POST", `${call}/transfers`, { token: own, body: second }))).toBe(
    "409 /problems/transfer-pending",
  );
  expect(refusal(await scene.ask("DELETE", `${call}/transfers/${transferId}`, { token: colleague }))).toBe(
    "403 /problems/not-your-call",
  );
  expect((await scene.ask("DELETE", `${call}/transfers/${transferId}`, { token: own })).status).toBe(204);
  await scene.office.settle();
  expect(lastEvent()).toMatchObject({ type: "call-returned", cause: "cancelled" });
});

it("a consultation: asked, turned, handed over; each repeated without a second effect", async () => {
  scene.office.signIn(bruno);
  const body = { ...order({ kind: "operator", operatorLogin: "bruno" }), mode: "attended" };
  const transfer = `${call}/transfers/${transferId}`;
  const turn = (token: string, talkingTo: unknown) =>
    scene.ask("PUT", `${transfer}/consultation`, { token, body: { talkingTo } });
  const complete = () => scene.ask("POST", `${transfer}/completion`, { token: own });
  expect((await scene.ask("POST", `${call}/transfers`, { token: own, body })).status).toBe(202);
  expect(refusal(await complete())).toBe("409 /problems/wrong-state");
  expect(refusal(await turn(own, "caller"))).toBe("409 /problems/wrong-state");
  await scene.office.answer("bruno");
  expect(lastEvent()).toMatchObject({ type: "call-consulting", talkingTo: "target" });
  expect((await scene.ask("GET", "/api/calls", { token: colleague })).json).toMatchObject({
    items: [{ myState: { kind: "consulted", by: "anna", talksToMe: true } }],
  });
  expect(problemSchema.parse((await turn(own, "nobody")).json).problems).toMatchObject([{ pointer: "/talkingTo" }]);
  expect(refusal(await turn(colleague, "caller"))).toBe("403 /problems/not-your-call");
  for (const talkingTo of ["caller", "caller", "target", "target"]) {
    expect((await turn(own, talkingTo)).status).toBe(204);
    await scene.office.settle();
  }
  expect(scene.office.eventTypes().filter((type) => type === "call-consulting")).toHaveLength(3);
  expect((await complete()).status).toBe(204);
  await scene.office.settle();
  expect((await complete()).status).toBe(204);
  expect(scene.office.eventTypes().slice(-2)).toEqual(["call-transferred", "call-answered"]);
});

it.each([
  [toOffice("x_none9"), "422 /problems/unknown-target"],
  [toOffice("x_test3"), "422 /problems/no-on-net-route"],
  [order({ kind: "operator", operatorLogin: "nobody" }), "422 /problems/unknown-target"],
  [order({ kind: "operator", operatorLogin: "bruno" }), "409 /problems/target-unavailable"],
])("a transfer that cannot be: %j", async (body, expected) => {
  expect(refusal(await scene.ask("POST", `${call}/transfers`, { token: own, body }))).toBe(expected);
  expect(lastEvent()?.type).toBe("call-answered");
});

it("calls a citizen; repeated it is the same call, and what cannot be called is told", async () => {
  const callId = "01KAQZ0000000000000000D1A1";
  const dial = (token: string, number: unknown) => scene.ask("POST", "/api/calls", { token, body: { callId, number } });
  expect(refusal(await dial(own, "3331234567"))).toBe("409 /problems/already-busy");
  expect(refusal(await dial(colleague, "nobody"))).toBe("422 /problems/invalid-number");
  expect(refusal(await dial(colleague, "0041911234567"))).toBe("403 /problems/number-not-allowed");
  expect(refusal(await dial(colleague, "3331234567"))).toBe("409 /problems/no-phone");
  expect(problemSchema.parse((await dial(own, 7)).json).problems).toMatchObject([{ pointer: "/number" }]);
  scene.office.signIn(bruno);
  expect(refusal(await dial(colleague, "3331234567"))).toBe("503 /problems/no-trunk");
});

describe("a call to a colleague or an office", () => {
  const callId = "01KAQZ0000000000000000D1A2";
  const call = (token: string, target: unknown, more: object = {}) =>
    scene.ask("POST", "/api/calls", { token, body: { callId, target, ...more } });
  const toAnna = { kind: "extension", extension: "201" };

  it("rings the own phone, and its card names who is called", async () => {
    scene.office.signIn(bruno);
    scene.office.sip.hear({ type: "leg-ended", legId: scene.office.sip.legTo("anna"), how: "bye" });
    await scene.office.settle();
    expect(await call(colleague, toAnna)).toMatchObject({ status: 202, json: { callId } });
    await scene.office.settle();
    const cards = await scene.ask("GET", "/api/calls", { token: colleague });
    expect(cards.json).toMatchObject({
      items: [{ called: { kind: "operator", operatorLogin: "anna" }, myState: { kind: "dialling" } }],
    });
    expect((await call(colleague, toAnna)).status).toBe(202);
  });

  it("says why it cannot be", async () => {
    expect(refusal(await call(colleague, toAnna))).toBe("409 /problems/colleague-busy");
    expect(refusal(await call(colleague, { kind: "operator", operatorLogin: "bruno" }))).toBe(
      "422 /problems/target-not-allowed",
    );
    expect(refusal(await call(colleague, { kind: "office", officeId: "x_test3" }))).toBe(
      "422 /problems/no-on-net-route",
    );
    expect(refusal(await call(colleague, { kind: "extension", extension: "999" }))).toBe(
      "422 /problems/unknown-target",
    );
  });

  it.each([
    [{ kind: "operator", operatorLogin: "Anna!" }, {}, "/target/operatorLogin"],
    [{ kind: "extension", extension: "" }, {}, "/target/extension"],
    [{ kind: "office", officeId: "?" }, {}, "/target/officeId"],
    [{ kind: "number", number: "3331234567" }, {}, "/target/kind"],
    [toAnna, { ticketId: null }, "/ticketId"],
    [{ ...toAnna, more: 1 }, {}, "/target/more"],
  ])("%j with %j is not valid at %s", async (target, more, pointer) => {
    const answer = await call(colleague, target, more);
    expect(answer.status).toBe(422);
    expect(problemSchema.parse(answer.json).problems?.map((one) => one.pointer)).toEqual([pointer]);
  });
});

it("takes the call that rings at a colleague's, and says why it cannot", async () => {
  const pickUp = (token: string, login: string) => scene.ask("POST", `/api/operators/${login}/pick-up`, { token });
  expect(refusal(await pickUp(own, "bruno"))).toBe("409 /problems/already-busy");
  expect(refusal(await pickUp(colleague, "anna"))).toBe("409 /problems/no-phone");
  scene.office.signIn(bruno);
  expect(refusal(await pickUp(colleague, "nobody"))).toBe("422 /problems/unknown-target");
  expect(refusal(await pickUp(colleague, "bruno"))).toBe("422 /problems/target-not-allowed");
  expect(refusal(await pickUp(colleague, "anna"))).toBe("409 /problems/wrong-state");
  scene.office.sip.hear({ type: "leg-ended", legId: scene.office.sip.legTo("anna"), how: "bye" });
  await scene.office.settle();
  scene.office.box.desk.setAvailability(bruno, "away");
  await scene.office.call();
  const callId = scene.office.lastCallId();
  expect(lastEvent()).toMatchObject({ type: "call-ringing", operatorId: "anna" });
  expect(await pickUp(colleague, "anna")).toMatchObject({ status: 202, json: { callId } });
  await scene.office.answer("bruno");
  expect(lastEvent()).toMatchObject({ type: "call-answered", operatorId: "bruno" });
  expect(scene.office.sip.done.join()).toContain("answered-elsewhere");
});

it("parks the call for everybody to see, and another operator takes it up; each repeated without a second effect", async () => {
  const parked = async () =>
    parkedCallsSchema.parse((await scene.ask("GET", "/api/parked-calls", { token: colleague })).json);
  const retrieve = () => scene.ask("POST", `${call}/retrieval`, { token: colleague });
  expect(refusal(await scene.ask("POST", `${call}/park`, { token: colleague }))).toBe("403 /problems/not-your-call");
  expect(refusal(await retrieve())).toBe("409 /problems/no-phone");
  scene.office.signIn(bruno);
  expect(refusal(await retrieve())).toBe("409 /problems/wrong-state");
  expect((await parked()).items).toEqual([]);
  for (let time = 0; time < 2; time += 1) {
    expect((await scene.ask("POST", `${call}/park`, { token: own })).status).toBe(204);
    await scene.office.settle();
  }
  expect(lastEvent()).toMatchObject({ type: "call-parked", operatorId: "anna", call: { state: "parked" } });
  expect((await parked()).items).toMatchObject([{ parkedBy: "anna", caller: { number: "+393331234567" } }]);
  expect((await retrieve()).status).toBe(202);
  await scene.office.answer("bruno");
  expect(lastEvent()).toMatchObject({ type: "call-answered", operatorId: "bruno" });
  expect((await parked()).items).toEqual([]);
});

it("ties the ticket to the call", async () => {
  expect((await scene.ask("PUT", `${call}/ticket`, { token: own, body: { ticketId } })).status).toBe(204);
  await scene.office.settle();
  expect(lastEvent()).toMatchObject({ type: "ticket-attached", ticket: { ticketId } });
});

it("a colleague, a signed-out operator and a call that is over are refused every command", async () => {
  const commands = [
    ["POST", "/hold", undefined],
    ["POST", "/resume", undefined],
    ["POST", "/transfers", toOffice("x_test2")],
    ["DELETE", `/transfers/${transferId}`, undefined],
    ["PUT", "/ticket", { ticketId }],
  ] as const;
  const before = scene.office.events.length;
  const answersTo = (token: string) =>
    Promise.all(commands.map(([method, path, body]) => scene.ask(method, `${call}${path}`, { token, body })));
  // Without a transfer there is nothing to cancel for anybody.
  const refusals = new Set(["403 /problems/not-your-call", "409 /problems/wrong-state"]);
  expect(new Set((await answersTo(colleague)).map(refusal))).toEqual(refusals);
  await scene.office.settle();
  expect(scene.office.events).toHaveLength(before);
  scene.office.sip.hear({ type: "leg-ended", legId: scene.office.sip.legTo("anna"), how: "bye" });
  await scene.office.settle();
  expect(new Set((await answersTo(own)).map(refusal))).toEqual(new Set(["404 /problems/unknown-call"]));
  await scene.ask("DELETE", "/api/sessions/current", { token: own });
  expect(new Set((await answersTo(own)).map(refusal))).toEqual(new Set(["401 /problems/not-signed-in"]));
});

it("shows each operator the own calls, and a supervisor the records", async () => {
  expect((await scene.ask("GET", "/api/calls", { token: own })).json).toMatchObject({
    items: [{ myState: { kind: "talking" }, call: { operatorLogin: "anna" } }],
  });
  expect((await scene.ask("GET", "/api/calls", { token: colleague })).json).toEqual({ items: [] });
  const records = await scene.ask("GET", "/api/call-records", { token: colleague });
  expect(callRecordPageSchema.parse(records.json).items).toMatchObject([
    { operatorLogins: ["anna"], legs: [{ role: "caller", tariff: "pstn" }, { role: "operator" }] },
  ]);
});

it("availability is chosen by the operator and seen by colleagues", async () => {
  const body = { availability: "away" };
  expect((await scene.ask("PUT", "/api/operators/me/availability", { token: colleague, body })).status).toBe(204);
  scene.office.box.desk.pageJoined("bruno" as typeof anna, "page");
  const directory = directorySchema.parse((await scene.ask("GET", "/api/directory?q=bruno", { token: own })).json);
  expect(directory).toMatchObject({ offices: [], operators: [{ login: "bruno", state: "away" }] });
});

describe("the directory", () => {
  it.each([
    ["", ["Città Due", "Comune Tre", "Comune Uno"], ["Anna Là", "Bruno Sì"]],
    ["CITTA", ["Città Due"], []],
    ["due tributi", ["Città Due"], []],
    ["tributi comune", [], []],
    ["  x_test1 ", ["Comune Uno"], []],
    ["202", [], ["Bruno Sì"]],
    ["la", [], ["Anna Là"]],
    ["%25", [], []],
    ["zzz", [], []],
  ])("%j finds offices %j and operators %j", async (words, offices, operators) => {
    const answer = await scene.ask("GET", `/api/directory?q=${encodeURIComponent(words)}`, { token: own });
    const found = directorySchema.parse(answer.json);
    expect(found.offices.map((office) => office.label)).toEqual(offices);
    expect(found.operators.map((operator) => operator.displayName)).toEqual(operators);
  });

  it.each([
    ["06 5550 1234", "bruno", "+390655501234"],
    ["333 123 4567", "bruno", null],
    ["112", "bruno", null],
    ["06 5550 1234", "anna", null],
  ])("offers %s to %s: %s", async (words, login, number) => {
    const token = login === "anna" ? own : colleague;
    const answer = await scene.ask("GET", `/api/directory?q=${encodeURIComponent(words)}`, { token });
    expect(directorySchema.parse(answer.json).number).toBe(number);
  });

  it("says what a transfer costs, and which office is one's own", async () => {
    const { offices } = directorySchema.parse((await scene.ask("GET", "/api/directory", { token: own })).json);
    expect(offices.map(({ officeId, tariff, isOwnOffice }) => [officeId, tariff, isOwnOffice])).toEqual([
      ["x_test2", "on-net", false],
      ["x_test3", "none", false],
      ["x_test1", "on-net", true],
    ]);
  });
});

it("who is to be called back is told to operators of the queue and to supervisors", async () => {
  const pending = { callId: "01KAQZ000000000000000000B1", contactId: "c".repeat(32), queueId: "urp", attempts: 0 };
  const { queries } = scene.office.box;
  queries.callbacks = () => [
    { ...pending, number: "+390655501234", sinceMs: 0, notBeforeMs: 0, state: "in-line" } as ReturnType<
      typeof queries.callbacks
    >[number],
  ];
  expect((await scene.ask("GET", "/api/callbacks", { token: own })).json).toEqual({ items: [] });
  expect((await scene.ask("GET", "/api/callbacks", { token: colleague })).json).toMatchObject({
    items: [{ queueId: "urp", number: "+390655501234", since: "1970-01-01T00:00:00.000Z", state: "in-line" }],
  });
});
