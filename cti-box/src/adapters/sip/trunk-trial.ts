/** One REGISTER or OPTIONS to a carrier on an administrator's wish, with everything that was said kept for reading. */
import { parseSipUri } from "./drachtio.ts";
import { registerHeaders, grantedSeconds } from "./trunk-register.ts";
import { optionsHeaders } from "./options-probe.ts";
import type { SipMessage, SipStack } from "./drachtio.ts";
import type { OwnOffice } from "./outgoing-invite.ts";
import type { TrunkCredentials } from "./trunk-register.ts";
import type { TrialOrder, TrialMessage, TrialResult } from "../../application/ports.ts";
import type { TrialAnswer } from "../../domain/trunk/trunk-trial.ts";

/** As long as a lost datagram needs to be repeated four times, and a connection to be made. */
const answerWithinMs = 8_000;

/** As drachtio-srf has it: the text of the message, and where it came from; none where the stack made it. */
type Spoken = SipMessage & { raw?: string | undefined; status: number; source_address?: string | undefined };

export type TrialParts = {
  stack: SipStack;
  office: OwnOffice;
  credentials: TrunkCredentials | undefined;
  now(): number;
};

export async function tryCarrier(parts: TrialParts, order: TrialOrder): Promise<TrialResult> {
  const { stack, credentials } = parts;
  const messages: TrialMessage[] = [];
  const keep = (direction: TrialMessage["direction"], { raw }: { raw?: string | undefined }): void => {
    if (raw !== undefined) messages.push({ direction, atMs: parts.now(), text: withoutProof(raw) });
  };
  let algorithms: string[] = [];
  const proveTo: Prove = (_request, challenge, answer) => {
    keep("received", challenge);
    algorithms = algorithmsOf(challenge);
    answer(null, credentials?.username ?? "", credentials?.password ?? "");
  };
  const request = requestOf(order, parts.office);
  let withCredentials = false;
  try {
    const sent = await stack.request(request.uri, { ...request, ...(credentials && { auth: proveTo }) });
    keep("sent", sent as { raw?: string });
    sent.on("authenticate", (again: { raw?: string }) => {
      withCredentials = true;
      keep("sent", again);
    });
    const response = await finalAnswer(sent);
    if (response === null) return { answer: { kind: "silent" }, messages };
    // The stack's own 408 and 503 came from nowhere.
    if ((response.source_address ?? "") === "") {
      return { answer: { kind: response.status === 408 ? "silent" : "not-sent" }, messages };
    }
    keep("received", response);
    if (algorithms.length === 0 || response.status === 401) algorithms = algorithmsOf(response);
    return { answer: answerFrom(response, { withCredentials, algorithms }), messages };
  } catch {
    return { answer: { kind: "not-sent" }, messages };
  }
}

type Prove = (
  request: unknown,
  challenge: Spoken,
  answer: (error: null, username: string, password: string) => void,
) => void;

function requestOf(order: TrialOrder, office: OwnOffice) {
  if (order.step === "probe") return { uri: order.uri, method: "OPTIONS", headers: optionsHeaders(office, order.uri) };
  const { registrar } = order.order;
  return { uri: registrar, method: "REGISTER", headers: registerHeaders(order.order, parseSipUri(registrar)?.host) };
}

/** Null: none in time. */
function finalAnswer(sent: NodeJS.EventEmitter): Promise<Spoken | null> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(null), answerWithinMs);
    sent.on("response", (response: Spoken) => {
      if (response.status < 200) return;
      clearTimeout(late);
      resolve(response);
    });
  });
}

function answerFrom(
  response: Spoken,
  proof: { withCredentials: boolean; algorithms: readonly string[] },
): Extract<TrialAnswer, { kind: "answered" }> {
  const minExpires = Number(response.get("min-expires") ?? "");
  const carrierMs = Date.parse(response.get("date") ?? "");
  return {
    kind: "answered",
    status: response.status,
    ...proof,
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

/** Who reads the exchange needs no proof of the password. */
function withoutProof(text: string): string {
  return text.replaceAll(/^((?:Proxy-)?Authorization[ \t]*:.*?\bresponse=")[^"]*/gim, "$1***");
}
