/** Two offices and a hub as real processes, with a fake box each, and gates in front of the hub and of office B's bridge. */
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isIntact } from "../src/tupa/contract/history.ts";
import type { TupaEvent, TupaTicket, TupaTransfer } from "../src/tupa/contract/objects.ts";
import { createOfficeKeys } from "../src/tupa/contract/office-tokens.ts";
import { bridgeProgram, ChildProgram, hubProgram } from "./child-program.ts";
import { freePort } from "./free-port.ts";
import { citizenNumber } from "./citizen-call.ts";
import { serviceSecret, startFakeBox, type FakeBox } from "./fake-box.ts";
import { openGate, type Gate } from "./gate.ts";
import { openDesk, type OperatorDesk } from "./operator-desk.ts";

export const officeA = "x_test1";
export const officeB = "x_test2";
export const seededTicketId = "01K9Z3V4X0PA7GR0VND1CASE01";

export type Office = {
  officeId: string;
  box: FakeBox;
  bridge: ChildProgram;
  desk(login: string): Promise<OperatorDesk>;
};
export type TicketNetwork = {
  a: Office;
  b: Office;
  hub: ChildProgram;
  hubGate: Gate;
  bridgeGate: Gate;
  /** The hub's own record, read from its file. */
  hubTicket(ticketId: string): TupaTicket | null;
  hubTransfer(transferId: string): TupaTransfer | null;
  /** The ticket's history at the hub; throws when its chain of hashes is broken. */
  hubHistory(ticketId: string): TupaEvent[];
  close(): Promise<void>;
};

const seedOfA = {
  ticketId: seededTicketId,
  subject: "Rifiuti in via dei Platani",
  category: "ambiente",
  phone: citizenNumber,
};
const seedOfB = {
  ticketId: "01K9Z3V4X0PA7GR0VND1CASE02",
  subject: "Odore di gas",
  category: "ambiente",
  phone: "+393315550177",
};

/** Everything runs when it resolves, unless it is left out. */
export async function startTicketNetwork(options: { without?: ("hub" | "b")[] } = {}): Promise<TicketNetwork> {
  const folder = mkdtempSync(join(tmpdir(), "la2-tickets-"));
  const [hubKeys, keysA, keysB] = [await createOfficeKeys(), await createOfficeKeys(), await createOfficeKeys()];
  const [hubPort, portA, portB] = [await freePort(), await freePort(), await freePort()];
  const [boxA, boxB] = [await startFakeBox(officeA), await startFakeBox(officeB)];
  const [hubGate, bridgeGate] = [await openGate(hubPort), await openGate(portB)];
  const hub = new ChildProgram(hubProgram, join(folder, "hub.json"), {
    listen: { host: "127.0.0.1", port: hubPort },
    dataDirectory: "hub",
    privateKey: hubKeys.privateKey,
    offices: [
      {
        officeId: officeA,
        label: "Comune di Prova",
        endpoint: `http://127.0.0.1:${portA}`,
        publicKey: keysA.publicKey,
      },
      { officeId: officeB, label: "Provincia di Prova", endpoint: bridgeGate.url, publicKey: keysB.publicKey },
    ],
  });
  const officeOf = (box: FakeBox, port: number, rest: { keys: typeof keysA; seed: object }): Office => {
    const { officeId } = box;
    const bridge = new ChildProgram(bridgeProgram, join(folder, `${officeId}.json`), {
      office: { officeId, label: officeId },
      listen: { host: "127.0.0.1", port },
      box: { url: box.url, serviceSecret },
      hub: { url: hubGate.url, privateKey: rest.keys.privateKey, hubKey: hubKeys.publicKey },
      dataDirectory: officeId,
      seedTickets: [rest.seed],
    });
    return { officeId, box, bridge, desk: async (login) => openDesk(bridge.url, await box.tokenOf(login)) };
  };
  const a = officeOf(boxA, portA, { keys: keysA, seed: seedOfA });
  const b = officeOf(boxB, portB, { keys: keysB, seed: seedOfB });
  const left = options.without ?? [];
  const first = [a.bridge, ...(left.includes("hub") ? [] : [hub]), ...(left.includes("b") ? [] : [b.bridge])];
  await Promise.all(first.map((program) => program.start()));
  const read = <T>(sql: string, id: string): T[] => {
    const db = new DatabaseSync(join(folder, "hub", "tupa-hub.sqlite"), { readOnly: true });
    try {
      return (db.prepare(sql).all(id) as { body: string }[]).map((row) => JSON.parse(row.body) as T);
    } finally {
      db.close();
    }
  };
  return {
    a,
    b,
    hub,
    hubGate,
    bridgeGate,
    hubTicket: (id) => read<TupaTicket>("SELECT body FROM ticket WHERE ticket_id = ?", id)[0] ?? null,
    hubTransfer: (id) => read<TupaTransfer>("SELECT body FROM transfer WHERE transfer_id = ?", id)[0] ?? null,
    hubHistory: (id) => {
      const events = read<TupaEvent>("SELECT body FROM event WHERE ticket_id = ? ORDER BY seq", id);
      if (!isIntact(events)) throw new Error("the history's chain is broken");
      return events;
    },
    close: async () => {
      await Promise.allSettled([a.bridge.kill(), b.bridge.kill(), hub.kill()]);
      await Promise.all([hubGate.close(), bridgeGate.close(), boxA.close(), boxB.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
