/** Listening addresses as SIP URIs: `sip:host[:port][;transport=udp,tcp|ws]` (control protocol §10). */
import type { Listener, Protocol } from "./flow.ts";

export type ContactProblem = { contact: string; problem: string };

const contactPattern = /^sip:(\*|\[[0-9a-fA-F:.]+\]|[^:;?@\s[\]]+)(?::(\d{1,5}))?((?:;[^?\s]*)?)$/i;
const protocols: readonly string[] = ["udp", "tcp", "ws"] satisfies Protocol[];

/** All listeners of one contact, or what is wrong with it. Port 0 asks for any free port. */
export function parseContact(contact: string, externalHost: string | null): Listener[] | ContactProblem {
  const found = contactPattern.exec(contact.trim());
  if (!found) return { contact, problem: "is not of the form sip:host:port;transport=udp,tcp" };
  const port = found[2] === undefined ? 5060 : Number(found[2]);
  if (port > 65_535) return { contact, problem: "has a port above 65535" };
  const transport = /;transport=([^;]*)/i.exec(found[3] ?? "")?.[1] ?? "udp,tcp";
  const wanted = transport.toLowerCase().split(",");
  const unknown = wanted.filter((one) => !protocols.includes(one));
  if (unknown.length > 0)
    return {
      contact,
      problem: `names a transport that this version does not speak: ${unknown.join(", ")} (udp, tcp, ws)`,
    };
  const host = found[1] === "*" ? "0.0.0.0" : (found[1] ?? "").replace(/^\[|\]$/g, "");
  return wanted.map((protocol) => ({ contact, protocol: protocol as Protocol, host, port, externalHost }));
}
