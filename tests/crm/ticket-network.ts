/** Two offices' bridges and the hub between them, each its own program with its own data, as administrators would configure them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answersOk, spawnProgram, type OwnedProgram } from "../../bin/programs/child-program.ts";
import { createOfficeKeys } from "../../crm-bridge/src/tupa/contract/office-tokens.ts";
import { serviceSecret } from "../office/office-config.ts";
import { freePort } from "../../crm-bridge/testing/free-port.ts";
import { readTicketBooks, type TicketBooks } from "./ticket-books.ts";

export type TicketOffice = { officeId: string; label: string; bridgeUrl: string };
/** A ticket that the first office has from the start. */
export type SeedTicket = { ticketId: string; subject: string; category: string; phone: string };
export type TicketNetwork = {
  one: TicketOffice;
  two: TicketOffice;
  /** Starts hub and bridges; `connector` is the first office's, the second one keeps its tickets itself. */
  start(boxes: { one: string; two: string }, connector: object, seedTickets?: readonly SeedTicket[]): Promise<void>;
  /** What is written down now. */
  audit(): TicketBooks;
  logs(): string;
  close(): Promise<void>;
};

const programs = fileURLToPath(new URL("../../crm-bridge/src/", import.meta.url));

/** Ports and keys are made here, so that the offices' boxes can be told where their bridges will be. */
export async function planTicketNetwork(offices: { one: string; two: string }): Promise<TicketNetwork> {
  const folder = mkdtempSync(join(tmpdir(), "la2-tickets-"));
  const hubUrl = `http://127.0.0.1:${await freePort()}`;
  const keys = { hub: await createOfficeKeys(), one: await createOfficeKeys(), two: await createOfficeKeys() };
  const officeOf = async (which: "one" | "two"): Promise<TicketOffice> => ({
    officeId: offices[which],
    label: which === "one" ? "URP di Alfa" : "Ufficio Tributi di Beta",
    bridgeUrl: `http://127.0.0.1:${await freePort()}`,
  });
  const one = await officeOf("one");
  const two = await officeOf("two");
  const running: OwnedProgram[] = [];
  const logOf = (name: string): string => join(folder, `${name}.log`);

  const startOne = async (name: string, order: { file: string; config: object; statusUrl: string }): Promise<void> => {
    const dataDirectory = join(folder, name);
    mkdirSync(dataDirectory);
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify({ dataDirectory, ...order.config }));
    const { program, ready } = spawnProgram({
      name,
      arguments: [join(programs, order.file), "--config", file],
      logFile: logOf(name),
      isReady: () => answersOk(order.statusUrl),
    });
    running.push(program);
    await ready;
  };
  const listenOf = (url: string): object => ({ host: "127.0.0.1", port: Number(new URL(url).port) });
  const startBridge = (which: "one" | "two", boxUrl: string, more: object): Promise<void> => {
    const office = which === "one" ? one : two;
    return startOne(`bridge-${which}`, {
      file: "main.ts",
      statusUrl: `${office.bridgeUrl}/api/status`,
      config: {
        office: { officeId: office.officeId, label: office.label },
        listen: listenOf(office.bridgeUrl),
        box: { url: boxUrl, serviceSecret },
        hub: { url: hubUrl, privateKey: keys[which].privateKey, hubKey: keys.hub.publicKey },
        ...more,
      },
    });
  };
  return {
    one,
    two,
    start: async (boxes, connector, seedTickets = []) => {
      await startOne("hub", {
        file: "tupa/hub-main.ts",
        statusUrl: `${hubUrl}/tupa/v1/status`,
        config: {
          listen: listenOf(hubUrl),
          privateKey: keys.hub.privateKey,
          offices: [
            { officeId: one.officeId, label: one.label, endpoint: one.bridgeUrl, publicKey: keys.one.publicKey },
            { officeId: two.officeId, label: two.label, endpoint: two.bridgeUrl, publicKey: keys.two.publicKey },
          ],
        },
      });
      await Promise.all([
        startBridge("one", boxes.one, { connector, seedTickets }),
        startBridge("two", boxes.two, { connector: { kind: "built-in" } }),
      ]);
    },
    audit: () => readTicketBooks(folder),
    logs: () => ["hub", "bridge-one", "bridge-two"].map((name) => readFileSync(logOf(name), "utf8")).join("\n"),
    close: async () => {
      await Promise.all(running.map((program) => program.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
