/** Requests outside of dialogs: registrations and calls have somebody to take them, the others are told what the box speaks. */
import type { Log } from "../../application/ports.ts";
import type { SipRequest, SipResponse, SipStack } from "./drachtio.ts";
import { allowedMethods } from "./outgoing-invite.ts";
import { sourceOf } from "./registrar/registrar.ts";

type Handler = (request: SipRequest, response: SipResponse) => void;

/** Methods that the box has no use for. */
const refusedMethods = ["subscribe", "message", "publish", "info", "notify", "refer", "update"];
const tellMethods = { headers: { Allow: allowedMethods } };

export function routeRequests(stack: SipStack, takers: { register: Handler; invite: Handler; log: Log }): void {
  const route = (method: string, handle: Handler): void => stack.use(method, guarded(handle, takers.log));
  route("register", takers.register);
  route("invite", takers.invite);
  route("options", (_request, response) => response.send(200, tellMethods));
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
