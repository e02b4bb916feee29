import { expect, test } from "vitest";
import type { MediaServer } from "../../application/media-port.ts";
import type { CallLeg } from "../../application/call-media.ts";
import { PromptFiles } from "./prompt-files.ts";
import { createCallMedia } from "./call-media.ts";

const caller = { callId: "call", legId: "caller" } as unknown as CallLeg;
const operator = { callId: "call", legId: "operator" } as unknown as CallLeg;
const towards = { legId: caller.legId, offer: "caller's offer" };

/** A server that answers at once and writes down what it was asked. */
function listeningServer(): { asked: string[]; server: MediaServer } {
  const asked: string[] = [];
  const server = {
    answerOffer: async (leg: CallLeg, offer: string) => {
      asked.push(`answer ${leg.legId}: ${offer}`);
      return { ok: true, answerSdp: `answer to ${offer}` };
    },
    makeOffer: async (leg: CallLeg, options: { towards?: string }) => {
      asked.push(`offer ${leg.legId} towards ${options.towards}`);
      return { ok: true, offerSdp: "offer" };
    },
  } as unknown as MediaServer;
  return { asked, server };
}

test("whoever is rung for a caller that is not answered yet is offered what the caller speaks; the answer waits", async () => {
  const { asked, server } = listeningServer();
  const media = createCallMedia(server, new PromptFiles());
  await media.createOffer(operator, { profile: "webrtc", towards, audio: "any" });
  expect(asked).toEqual(["answer caller: caller's offer", "offer operator towards caller"]);
  expect(await media.answerOffer(caller, towards.offer, {})).toBe("answer to caller's offer");
  // A re-INVITE is another question.
  await media.answerOffer(caller, "new offer", {});
  expect(asked.slice(2)).toEqual(["answer caller: new offer"]);
});

test("an operator rung at the moment at which the caller is answered: the server hears of the caller first, once", async () => {
  const { asked, server } = listeningServer();
  const media = createCallMedia(server, new PromptFiles());
  await Promise.all([
    media.answerOffer(caller, towards.offer, {}),
    media.createOffer(operator, { profile: "webrtc", towards, audio: "any" }),
  ]);
  expect(asked).toEqual(["answer caller: caller's offer", "offer operator towards caller"]);
});
