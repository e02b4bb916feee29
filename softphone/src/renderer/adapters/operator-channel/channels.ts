/** The box's and the ticket service's lines to this page. Pings are answered here, by the page's own code: a frozen page stops answering. */
import { channelFromBoxSchema } from "@la2-cti/cti-box/contracts";
import { channelFromBridgeSchema } from "@la2-cti/crm-bridge/contracts";
import { LastingSocket } from "./lasting-socket.ts";
import type { ChannelFromBox, ChannelToBox } from "@la2-cti/cti-box/contracts";
import type { ChannelFromBridge } from "@la2-cti/crm-bridge/contracts";
import type { BoxChannelListener, Channels, CrmChannelListener } from "../../application/ports.ts";

type Handled = { reply: string | null; stop: boolean };
const nothing: Handled = { reply: null, stop: false };

export const webSocketChannels: Channels = {
  openBox: (token, listener) => {
    const line = new LastingSocket({
      path: "/api/operator-channel",
      hello: frame({ kind: "hello", token }),
      link: (state) => listener.link(state),
      frame: (text) => {
        const parsed = channelFromBoxSchema.safeParse(asJson(text));
        // Frames of a newer box that this page does not know are passed over.
        return parsed.success ? fromBox(parsed.data, listener) : nothing;
      },
    });
    return {
      write: (callId, text) => line.send(frame({ kind: "text", callId, text })),
      close: () => line.close(),
    };
  },
  openCrm: (token, crmBasePath, listener) =>
    new LastingSocket({
      path: `${crmBasePath}/api/operator-channel`,
      hello: frame({ kind: "hello", token }),
      link: (state) => listener.link(state),
      frame: (text) => {
        const parsed = channelFromBridgeSchema.safeParse(asJson(text));
        return parsed.success ? fromBridge(parsed.data, listener) : nothing;
      },
    }),
};

function fromBox(message: ChannelFromBox, listener: BoxChannelListener): Handled {
  switch (message.kind) {
    case "welcome":
      listener.link("connected");
      listener.welcome(message.operatorState, message.calls);
      return nothing;
    case "ping":
      return { reply: frame({ kind: "pong", sequence: message.sequence }), stop: false };
    case "operator-state":
      listener.operatorState(message.operatorState);
      return nothing;
    case "call-handling":
      listener.callHandling(message.handling);
      return nothing;
    case "outside-calls":
      listener.outsideCalls(message.offered);
      return nothing;
    case "office-news":
      listener.officeNews(message.news);
      return nothing;
    case "call":
      listener.card(message.card);
      return nothing;
    case "text": {
      const { kind: who, ...from } = message.from;
      listener.text({ callId: message.callId, voice: { kind: "other", who, ...from }, characters: message.text });
      return nothing;
    }
    case "text-channel":
      listener.textChannel(message);
      return nothing;
    case "text-refused":
      listener.textRefused(message.callId, message.why);
      return nothing;
    case "box-stopping":
      listener.boxStopping(message.at);
      return nothing;
    case "refused":
      listener.refused(message.why);
      return { reply: null, stop: true };
  }
}

function fromBridge(message: ChannelFromBridge, listener: CrmChannelListener): Handled {
  switch (message.kind) {
    case "welcome":
      listener.link("connected");
      for (const pop of message.pops) listener.pop(pop);
      return nothing;
    case "ping":
      return { reply: frame({ kind: "pong", sequence: message.sequence }), stop: false };
    case "screen-pop":
      listener.pop(message.pop);
      return nothing;
    case "ticket":
      listener.ticket(message.ticket);
      return nothing;
    case "hand-over":
      listener.handOver(message.handOver);
      return nothing;
    case "refused":
      // The box decides about the session; here only the tickets are missing.
      listener.link("lost");
      return { reply: null, stop: true };
  }
}

function frame(message: ChannelToBox): string {
  return JSON.stringify(message);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
