/** What PostgreSQL and the way to it say when something is not done, in the words of the port. */
import { StoreFault, type StoreTrouble } from "../../../application/ports.ts";

/** By SQLSTATE, or the beginning of it: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const troubles: Readonly<Record<string, StoreTrouble>> = {
  "08": "unreachable",
  // Shut down, or starting.
  "57P": "unreachable",
  "53300": "unreachable",
  "25006": "unreachable",
  "53100": "full",
  "53200": "full",
  "55P03": "locked",
  "57014": "locked",
  "40": "locked",
  "22": "refused",
  "23": "refused",
  "54": "refused",
};

export function postgresFault(error: unknown): StoreFault {
  if (error instanceof StoreFault) return error;
  const { code, severity, message } = error as { code?: string; severity?: string; message?: string };
  const text = message === undefined || message === "" ? String(code ?? error) : message;
  // Errors of the server have a severity; those of sockets and of the client have none.
  return new StoreFault(severity === undefined ? "unreachable" : troubleOf(code ?? ""), text, { cause: error });
}

function troubleOf(code: string): StoreTrouble {
  return troubles[code] ?? troubles[code.slice(0, 3)] ?? troubles[code.slice(0, 2)] ?? "broken";
}
