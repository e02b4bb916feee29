/** The box's HTTP API. Numbers never stand in a URL. */
import { directorySchema, pickedUpSchema, sessionSchema } from "@la2-cti/cti-box/contracts";
import { request } from "./request.ts";
import type { BoxApi, Failure } from "../../application/ports.ts";
import type { SignInProblem } from "../../domain/session/session.ts";

export const httpBoxApi: BoxApi = {
  async signIn(how) {
    const answer = await request({
      method: "POST",
      path: "/api/sessions",
      token: null,
      body: how,
      schema: sessionSchema,
    });
    if (answer.ok) return { ok: true, session: answer.value };
    return { ok: false, problem: signInProblem(answer, "oneTimeCode" in how) };
  },
  currentSession: (token) => request({ method: "GET", path: "/api/sessions/current", token, schema: sessionSchema }),
  async signOut(token) {
    await request({ method: "DELETE", path: "/api/sessions/current", token, schema: null });
  },
  setAvailability: (token, availability) =>
    request<null>({
      method: "PUT",
      path: "/api/operators/me/availability",
      token,
      body: { availability },
      schema: null,
    }),
  setCallHandling: (token, handling) =>
    request<null>({ method: "PUT", path: "/api/operators/me/call-handling", token, body: handling, schema: null }),
  searchDirectory: (token, text, signal) =>
    request({
      method: "GET",
      path: `/api/directory?q=${encodeURIComponent(text)}`,
      token,
      schema: directorySchema,
      signal,
    }),
  dial: (token, { callId, target }) => {
    const whom = target.kind === "number" ? { number: target.number, ticketId: null } : { target };
    return request<null>({ method: "POST", path: "/api/calls", token, body: { callId, ...whom }, schema: null });
  },
  park: (token, callId) => request<null>({ method: "POST", path: `/api/calls/${callId}/park`, token, schema: null }),
  retrieve: (token, callId) =>
    request({ method: "POST", path: `/api/calls/${callId}/retrieval`, token, schema: pickedUpSchema }),
  pickUp: (token, login) =>
    request({
      method: "POST",
      path: `/api/operators/${encodeURIComponent(login)}/pick-up`,
      token,
      schema: pickedUpSchema,
    }),
  askRecall: (token, login) =>
    request<null>({ method: "PUT", path: `/api/recalls/${encodeURIComponent(login)}`, token, schema: null }),
  cancelRecall: (token, login) =>
    request<null>({ method: "DELETE", path: `/api/recalls/${encodeURIComponent(login)}`, token, schema: null }),
  hold: (token, callId) => request<null>({ method: "POST", path: `/api/calls/${callId}/hold`, token, schema: null }),
  resume: (token, callId) =>
    request<null>({ method: "POST", path: `/api/calls/${callId}/resume`, token, schema: null }),
  requestTransfer: (token, callId, order) =>
    request<null>({ method: "POST", path: `/api/calls/${callId}/transfers`, token, body: order, schema: null }),
  cancelTransfer: (token, callId, transferId) =>
    request<null>({ method: "DELETE", path: `/api/calls/${callId}/transfers/${transferId}`, token, schema: null }),
  turnConsultation: (token, { callId, transferId, talkingTo }) =>
    request<null>({
      method: "PUT",
      path: `/api/calls/${callId}/transfers/${transferId}/consultation`,
      token,
      body: { talkingTo },
      schema: null,
    }),
  completeTransfer: (token, callId, transferId) =>
    request<null>({
      method: "POST",
      path: `/api/calls/${callId}/transfers/${transferId}/completion`,
      token,
      schema: null,
    }),
  attachTicket: (token, callId, ticketId) =>
    request<null>({ method: "PUT", path: `/api/calls/${callId}/ticket`, token, body: { ticketId }, schema: null }),
};

function signInProblem(failure: Failure, isLink: boolean): SignInProblem {
  if (failure.why === "away") return "box-away";
  if (failure.detail === "too-many-requests" || failure.detail === "429") return "too-many-attempts";
  return isLink ? "used-link" : "wrong-credentials";
}
