/** Requests outside of dialogs: registrations and calls have somebody to take them, the others are told what the box speaks. */
import type { Log } from "../../application/ports.ts";
import type { SipRequest, SipResponse, SipStack } from "./drachtio.ts";
import { allowedMethods } from "./outgoing-invite.ts";
import { sourceOf } from "./registrar/registrar.ts";

type Handler = (request: SipRequest, response: SipResponse) => void;

/** Methods that the box has no use for. */
const refusedMethods = ["subscribe", "message", "publish", "info", "notify", "refer", "update"];
const tellMethods = { headers: { Allow: allowedMethods } };

type Takers = {
  register: Handler;
  invite: Handler;
  /** Null: the box takes new calls. */
  retryAfterSeconds(): number | null;
  log: Log;
};

export function routeRequests(stack: SipStack, takers: Takers): void {
  const route = (method: string, handle: Handler): void => stack.use(method, guarded(handle, takers.log));
  route("register", takers.register);
  route("invite", takers.invite);
  route("options", (_request, response) => {
    const seconds = takers.retryAfterSeconds();
    if (seconds === null) return response.send(200, tellMethods);
    // A carrier that asks whether we are there sends its calls elsewhere from now on.
    return response.send(503, { headers: { ...tellMethods.headers, "Retry-After": String(seconds) } });
  });
  for (const method of refusedMethods) route(method, (_request, response) => response.send(405, tellMethods));
}

/** A message that we trip over must not take the box with it. */
function guarded(handle: Handler, log: Log): Handler {
  return (request, response) => {
    try {
      handle(request, response);
    } catch (error) {
      log.error({ ...sourceOf(request), method: request.method, error: String(error) }, "request failed");
      if (!response.finalResponseSent) response.send(500);
    }
  };
}
