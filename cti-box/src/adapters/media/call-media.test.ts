import { expect, test } from "vitest";
import type { MediaServer } from "../../application/media-port.ts";
import type { CallLeg } from "../../application/call-media.ts";
import { createCallMedia } from "./call-media.ts";

test("an operator rung at the same moment is offered what the caller speaks only once the server knows that", async () => {
  const order: string[] = [];
  let answerCaller: () => void = () => undefined;
  const server = {
    answerOffer: () =>
      new Promise((resolve) => {
        answerCaller = () => {
          order.push("caller answered");
          resolve({ ok: true, answerSdp: "answer" });
        };
      }),
    makeOffer: async () => {
      order.push("operator offered");
      return { ok: true, offerSdp: "offer" };
    },
  } as unknown as MediaServer;
  const media = createCallMedia(server);
  const caller = { callId: "call", legId: "caller" } as unknown as CallLeg;
  const operator = { callId: "call", legId: "operator" } as unknown as CallLeg;

  const answering = media.answerOffer(caller, "caller's offer");
  const ringing = media.createOffer(operator, {
    profile: "webrtc",
    towards: { legId: caller.legId, offer: "caller's offer" },
  } as never);
  await new Promise(setImmediate);
  answerCaller();
  await Promise.all([answering, ringing]);

  expect(order).toEqual(["caller answered", "operator offered"]);
});
