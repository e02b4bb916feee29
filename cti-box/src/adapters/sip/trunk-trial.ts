/** One REGISTER or OPTIONS to a carrier on an administrator's wish, with everything that was said kept for reading. */
import { answerTo, type FinalAnswer } from "./answer-to.ts";
import { parseSipUri } from "./drachtio.ts";
import { registerHeaders, grantedSeconds } from "./trunk-register.ts";
import { optionsHeaders } from "./options-probe.ts";
import type { SipMessage, SipStack } from "./drachtio.ts";
import type { OwnOffice } from "./outgoing-invite.ts";
import type { TrunkCredentials } from "./trunk-register.ts";
import type { TrialOrder, TrialMessage, TrialResult } from "../../application/trunk-ports.ts";
import type { TrialAnswer } from "../../domain/trunk/trunk-trial.ts";

/** As long as a lost datagram needs to be repeated four times, and a connection to be made. */
const answerWithinMs = 8_000;

export type TrialParts = {
  stack: SipStack;
  office: OwnOffice;
  credentials: TrunkCredentials | undefined;
  now(): number;
};

export async function tryCarrier(parts: TrialParts, order: TrialOrder): Promise<TrialResult> {
  const { stack, credentials } = parts;
  const messages: TrialMessage[] = [];
  const asked: SipMessage[] = [];
  const request = { ...requestOf(order, parts.office), withinMs: answerWithinMs, credentials };
  try {
    const response = await answerTo(stack, request, (direction, message) => {
      if (direction === "sent") asked.push(message);
      // The stack's own answers came from nowhere and are nobody's words.
      if (direction === "received" && isOwn(message)) return;
      messages.push({ direction, atMs: parts.now(), text: withoutSecrets(message.raw ?? "") });
    });
    if (isOwn(response)) return { answer: { kind: response.status === 408 ? "silent" : "not-sent" }, messages };
    const withCredentials =
      asked.at(-1)?.has("authorization") === true || asked.at(-1)?.has("proxy-authorization") === true;
    return { answer: answerFrom(response, withCredentials), messages };
  } catch {
    // In time for nothing, where something went out.
    return { answer: { kind: asked.length > 0 ? "silent" : "not-sent" }, messages };
  }
}

function isOwn(answer: SipMessage & { source_address?: string }): boolean {
  return (answer.source_address ?? "") === "";
}

function requestOf(order: TrialOrder, office: OwnOffice) {
  if (order.step === "probe") return { uri: order.uri, method: "OPTIONS", headers: optionsHeaders(office, order.uri) };
  const { registrar } = order.order;
  return { uri: registrar, method: "REGISTER", headers: registerHeaders(order.order, parseSipUri(registrar)?.host) };
}

function answerFrom(response: FinalAnswer, withCredentials: boolean): Extract<TrialAnswer, { kind: "answered" }> {
  const minExpires = Number(response.get("min-expires") ?? "");
  const carrierMs = Date.parse(response.get("date") ?? "");
  return {
    kind: "answered",
    status: response.status,
    withCredentials,
    algorithms: algorithmsOf(response),
    minExpiresSeconds: minExpires > 0 ? minExpires : null,
    grantedSeconds: response.status === 200 ? grantedSeconds(response) : null,
    carrierMs: Number.isNaN(carrierMs) ? null : carrierMs,
  };
}

/** RFC 7616: a challenge without one means MD5. */
function algorithmsOf(challenge: SipMessage): string[] {
  const header = [challenge.get("www-authenticate"), challenge.get("proxy-authenticate")].filter(Boolean).join(", ");
  if (header === "") return [];
  const named = [...header.matchAll(/algorithm\s*=\s*"?([\w-]+)/gi)].map(([, name = ""]) => name);
  return named.length > 0 ? named : ["MD5"];
}

/** Who reads the exchange needs no proof of the password, nor the keys that some carriers describe themselves with in their answer to OPTIONS. */
function withoutSecrets(text: string): string {
  return text
    .replaceAll(/^((?:Proxy-)?Authorization[ \t]*:.*?\bresponse=")[^"]*/gim, "$1***")
    .replaceAll(/^a=crypto:.*$/gim, (line) => line.replaceAll(/(\binline:)[^\s|;]+/gi, "$1***"));
}
