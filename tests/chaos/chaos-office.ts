/**
 * The office that is killed, and everything around it that is not: rtpengine, a carrier with citizens, operators' desk telephones, one operator at a page (Chromium), the office's
 * bridge, and a second office with a bridge of its own and the hub between them. All programs are real.
 */
import { startRtpengine } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { OperatorPage } from "../../bin/demo/operator-page.ts";
import { freePort } from "../../crm-bridge/testing/free-port.ts";
import { planTicketNetwork, type SeedTicket, type TicketNetwork } from "../crm/ticket-network.ts";
import { officeConfig, officeNumber, passwordOf, serviceSecret } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { SipParties } from "../parties/sip-parties.ts";

export type ChaosEngine = (contacts: readonly string[]) => Promise<{ config: object; close(): Promise<void> }>;

/** Fewer than the box allows in a minute. */
const signInsPerAddress = 8;
/** Leads to the operator at the page. */
export const pageNumber = "+390695550199";
export const otherOffice = "x_test2";

export type ChaosOffice = {
  address: string;
  office: OfficeProcess;
  other: OfficeProcess;
  citizens: SipParties;
  phones: SipParties;
  otherPhones: SipParties;
  tickets: TicketNetwork;
  sessions: ReadonlyMap<string, OperatorSession>;
  page: OperatorPage;
};

export type ChaosPeople = {
  /** Operators at desk telephones. */
  operators: number;
  /** Of the other office. */
  otherOperators: number;
  seedTickets: readonly SeedTicket[];
};

/** What is opened is given to `onClose`, to be closed in the opposite order. */
export async function openChaosOffice(
  people: ChaosPeople,
  engine: ChaosEngine,
  onClose: (close: () => Promise<unknown>) => void,
): Promise<ChaosOffice> {
  const own = <T extends { close(): Promise<unknown> }>(resource: T): T => {
    onClose(() => resource.close());
    return resource;
  };
  const program = findChromium();
  if (program === null) throw new Error("this test needs Chromium: apt install chromium");
  const network = `127.41.${1 + Math.floor(Math.random() * 250)}`;
  const addresses = { one: `${network}.1`, carrier: `${network}.2`, phones: `${network}.3`, two: `${network}.4` };
  const rtpengine = own(await startRtpengine({ ports: 6_000 }));
  const tickets = own(await planTicketNetwork({ one: "x_test1", two: otherOffice }));
  const logins = namesOf("op", people.operators);
  const otherLogins = namesOf("other", people.otherOperators);
  const { ngHost, ngPort } = rtpengine;
  const media = { kind: "rtpengine", ngHost, ngPort };

  const base = officeConfig({
    officeId: "x_test1",
    address: addresses.one,
    carrierAddress: addresses.carrier,
    operators: [...logins, "page"],
    others: [{ officeId: otherOffice, address: addresses.two }],
    trunk: { outbound: outboundTo(addresses.carrier) },
  });
  const { contacts } = base["sip"] as { contacts: string[] };
  const stack = own(await engine(contacts));
  const operators = (base["operators"] as { login: string }[]).map((operator) => ({
    ...operator,
    queues: [operator.login === "page" ? "page" : "urp"],
  }));
  const office = own(
    await startOfficeProcess({
      ...base,
      sip: { ...(base["sip"] as object), protection: { mode: "off" } },
      media,
      engine: stack.config,
      numbers: [
        { number: officeNumber, queueId: "urp" },
        { number: pageNumber, queueId: "page" },
      ],
      queues: ["urp", "page"].map((queueId) => ({ queueId, label: queueId })),
      operators,
      // The bridge finds the box at its address again.
      api: { listen: { host: "127.0.0.1", port: await freePort() } },
      crmBridge: { url: tickets.one.bridgeUrl, serviceSecret },
    }),
  );
  const otherBase = officeConfig({
    officeId: otherOffice,
    address: addresses.two,
    carrierAddress: "192.0.2.1",
    operators: otherLogins,
    others: [{ officeId: "x_test1", address: addresses.one }],
  });
  const other = own(
    await startOfficeProcess({
      ...otherBase,
      sip: { ...(otherBase["sip"] as object), protection: { mode: "off" } },
      media,
      crmBridge: { url: tickets.two.bridgeUrl, serviceSecret },
    }),
  );
  const citizens = own(await SipParties.open(addresses.carrier));
  const phones = own(await SipParties.open(addresses.phones));
  const otherPhones = own(await SipParties.open(`${network}.5`));
  await tickets.start({ one: office.url, two: other.url }, { kind: "built-in" }, people.seedTickets);
  const chaosOffice = { address: addresses.one, office, other, citizens, phones, otherPhones, tickets };
  for (const login of logins) await phones.register(addresses.one, login, passwordOf(login));
  for (const login of otherLogins) await otherPhones.register(addresses.two, login, passwordOf(login));
  const sessions = new Map<string, OperatorSession>();
  for (const [index, login] of logins.entries())
    sessions.set(login, await OperatorSession.openFrom(sourceOf(index), office.url, login));
  // Whoever works is signed in; nobody here sends a command.
  for (const [index, login] of otherLogins.entries()) await OperatorSession.openFrom(sourceOf(index), other.url, login);
  const link = office.oneTimeLinks["page"] ?? "";
  const page = own(await OperatorPage.open({ name: "page", program, link, toneHz: 440 }));
  return { ...chaosOffice, sessions, page };
}

function namesOf(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_each, index) => `${kind}${index}`);
}

function sourceOf(index: number): string {
  return `127.42.0.${1 + Math.floor(index / signInsPerAddress)}`;
}

function outboundTo(carrier: string): object {
  const limits = { perMinute: 10_000 };
  return {
    uri: `sip:${carrier}:5060;transport=udp`,
    callerId: { number: officeNumber },
    probeSeconds: "off",
    limits,
  };
}
