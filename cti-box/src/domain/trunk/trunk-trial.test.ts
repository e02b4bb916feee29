/** What a try at a carrier is told as. */
import { describe, expect, it } from "vitest";
import { clockDifference, findingOf, isWell } from "./trunk-trial.ts";
import type { ReachOutcome, TrialAnswer } from "./trunk-trial.ts";

type Answered = Extract<TrialAnswer, { kind: "answered" }>;

function answered(status: number, change: Partial<Answered> = {}): Answered {
  return {
    kind: "answered",
    status,
    withCredentials: false,
    algorithms: [],
    minExpiresSeconds: null,
    grantedSeconds: null,
    carrierMs: null,
    ...change,
  };
}

describe("a registration", () => {
  const md5 = { withCredentials: true, algorithms: ["MD5"] };
  it.each([
    [answered(200, { grantedSeconds: 600 }), { code: "registered", seconds: 600 }],
    [answered(401), { code: "credentials-missing", status: 401 }],
    [answered(401, md5), { code: "credentials-wrong", status: 401 }],
    [answered(407, md5), { code: "credentials-wrong", status: 407 }],
    [answered(401, { algorithms: ["SHA-512-256"] }), { code: "algorithm-unknown", algorithms: ["SHA-512-256"] }],
    [answered(401, { ...md5, algorithms: ["SHA-512-256", "sha-256"] }), { code: "credentials-wrong", status: 401 }],
    [answered(403, md5), { code: "credentials-wrong", status: 403 }],
    [answered(403), { code: "not-allowed", status: 403 }],
    [answered(404, md5), { code: "unknown-account", status: 404 }],
    [answered(423, { minExpiresSeconds: 3600 }), { code: "too-brief", minExpiresSeconds: 3600 }],
    [answered(503), { code: "carrier-failing", status: 503 }],
    [answered(408), { code: "carrier-failing", status: 408 }],
    [answered(488), { code: "refused", status: 488 }],
  ])("answered %o", (answer, finding) => {
    expect(findingOf("registration", answer, null)).toEqual(finding);
    expect(isWell(findingOf("registration", answer, null))).toBe(answer.status === 200);
  });
});

it.each([
  [200, "answers"],
  [404, "answers"],
  [405, "answers"],
  [501, "answers"],
  [403, "not-allowed"],
  [407, "credentials-missing"],
  [408, "carrier-failing"],
  [500, "carrier-failing"],
  [503, "carrier-failing"],
])("a probe that is answered %i: %s", (status, code) => {
  expect(findingOf("probe", answered(status), null)).toMatchObject({ code });
});

describe("where the carrier says nothing, the network is told", () => {
  const silent = { kind: "silent" } as const;
  const tried = (...outcomes: ReachOutcome[]) => ({
    kind: "tried" as const,
    tries: outcomes.map((outcome, index) => ({ at: `192.0.2.${index + 1}:5061`, transport: "tls", outcome })),
  });
  it.each([
    [{ kind: "name-unknown", name: "sip.carrier.example" } as const, { code: "name-unknown" }],
    [{ kind: "name-servers-silent", name: "sip.carrier.example" } as const, { code: "name-servers-silent" }],
    [{ kind: "not-spoken", transport: "tls" } as const, { code: "not-spoken", transport: "tls" }],
    [tried({ kind: "none" }), { code: "no-answer" }],
    [tried({ kind: "connected" }), { code: "no-answer" }],
    [tried({ kind: "unreachable" }, { kind: "refused" }), { code: "connection-refused", at: "192.0.2.2:5061" }],
    [tried({ kind: "refused" }, { kind: "tls-name", names: ["other"] }), { code: "tls-name", names: ["other"] }],
    [tried({ kind: "tls-expired", untilMs: 5 }), { code: "tls-expired", untilMs: 5 }],
    [tried({ kind: "tls-not-yet", fromMs: 5 }), { code: "tls-not-yet", fromMs: 5 }],
    [tried({ kind: "tls-authority", issuer: "CA" }), { code: "tls-authority", issuer: "CA" }],
    [tried({ kind: "tls-failed", why: "x" }), { code: "tls-failed", why: "x" }],
    [tried(), { code: "not-sent" }],
  ])("%o", (reach, finding) => {
    expect(findingOf("probe", silent, reach)).toMatchObject(finding);
  });
  it("and without a look at it, that nothing was sent", () => {
    expect(findingOf("probe", { kind: "not-sent" }, null)).toEqual({ code: "not-sent" });
  });
});

it("clocks that are more than five minutes apart are told", () => {
  const at = (carrierMs: number | null) => clockDifference(answered(200, { carrierMs }), 1_000_000);
  expect([at(null), at(1_000_000 - 300_000), at(1_000_000 + 300_000)]).toEqual([null, null, null]);
  expect([at(1_000_000 - 300_001), at(1_000_000 + 400_000)]).toEqual([300_001, -400_000]);
  expect(clockDifference({ kind: "silent" }, 0)).toBeNull();
});
