/** The configuration files of the playground's programs, in the form that an administrator would write for a real office. */
import type { OfficeKeys } from "./keys.ts";
import type { OfficePlan, PlaygroundPlan } from "./plan.ts";

/** The playground is tried at any hour, on holidays too. */
const alwaysOpen = {
  weekly: Object.fromEntries(["1", "2", "3", "4", "5", "6", "7"].map((day) => [day, ["00:00-24:00"]])),
  holidays: "none",
};

export type BoxSurroundings = {
  withProxy: boolean;
  /** The PostgreSQL server that keeps the calls, and how the schemas of this start begin; null: each box has its own file. */
  postgres: { url: string; schemas: string } | null;
};

/** Configuration of one cti-box (cti-box/src/config.ts checks it). `LA2_RTPENGINE` replaces the media relay. */
export function boxConfig(plan: PlaygroundPlan, office: OfficePlan, { withProxy, postgres }: BoxSurroundings): object {
  const port = plan.sipPort;
  return {
    office: { officeId: office.officeId, label: office.label, hours: alwaysOpen },
    sip: {
      domain: office.sipAddress,
      contacts: [
        `sip:${office.sipAddress}:${port};transport=udp,tcp`,
        `sip:${office.sipAddress}:${plan.sipWebSocketPort};transport=ws`,
      ],
      trace: true,
    },
    media: { kind: "relay", listenAddress: "127.0.0.1" },
    trunks: [{ trunkId: "carrier", carrier: "Simulated carrier", addresses: [plan.carrierAddress] }],
    numbers: [{ number: office.publicNumber, queueId: office.queue.queueId }],
    queues: [{ ...office.queue, ringTimeoutSeconds: 20 }],
    operators: [{ ...office.operator, roles: ["front_office"], queues: [office.queue.queueId] }],
    network: {
      ...(withProxy && {
        proxy: {
          uri: `sip:${plan.proxyAddress}:${port};transport=udp`,
          addresses: [plan.proxyAddress],
          domain: plan.proxyDomain,
        },
      }),
      offices: plan.offices.map((each) => ({
        officeId: each.officeId,
        label: each.label,
        topics: each.topics,
        hours: alwaysOpen,
        sip: { uri: `sip:${each.sipAddress}:${port};transport=udp`, addresses: [each.sipAddress] },
      })),
      transferTimeoutSeconds: 25,
    },
    drainSeconds: 0,
    wallboard: { key: office.wallboardKey },
    api: { listen: { host: "127.0.0.1", port: office.httpPort } },
    costs: { usual: { perMinute: 0.05 } },
    crmBridge: { url: bridgeUrl(office), serviceSecret: office.serviceSecret },
    ...(postgres !== null && {
      store: { postgres: { url: postgres.url, schema: `${postgres.schemas}_${office.officeId}` } },
    }),
    dataDirectory: office.directory,
  };
}

export const boxUrl = (office: OfficePlan): string => `http://127.0.0.1:${office.httpPort}`;
export const wallboardLink = (office: OfficePlan): string =>
  `${boxUrl(office)}/wallboard.html#key=${office.wallboardKey}`;
export const bridgeUrl = (office: OfficePlan): string => `http://127.0.0.1:${office.bridgePort}`;
export const hubUrl = (plan: PlaygroundPlan): string => `http://127.0.0.1:${plan.hubPort}`;

/** Configuration of one bridge (crm-bridge/src/config.ts checks it). */
export function bridgeConfig(plan: PlaygroundPlan, office: OfficePlan, keys: OfficeKeys): object {
  const isFirst = office === plan.offices[0];
  return {
    office: { officeId: office.officeId, label: office.label },
    listen: { host: "127.0.0.1", port: office.bridgePort },
    box: { url: boxUrl(office), serviceSecret: office.serviceSecret },
    hub: { url: hubUrl(plan), privateKey: keys.ofOffice(office.officeId).privateKey, hubKey: keys.hub.publicKey },
    dataDirectory: office.directory,
    seedTickets: isFirst ? [ticketOfCitizen(plan)] : ticketsOfOthers,
  };
}

/** The ticket that the first office has for the citizen from the start. */
export const exampleTicketId = "01K9Z3V4X0PA7GR0VND1CASE01";

/** The citizen called some days ago: her ticket is open, and found by her number. */
function ticketOfCitizen({ citizen }: PlaygroundPlan): object {
  const [givenName, familyName] = citizen.displayName.split(" ");
  return {
    ticketId: exampleTicketId,
    subject: "Rifiuti abbandonati in via dei Platani",
    description: "Sacchi e vecchi mobili accanto al parco giochi; già segnalati la settimana scorsa.",
    category: "ambiente",
    phone: citizen.number,
    givenName,
    familyName,
  };
}

/** The other office has work of its own: so a ticket that arrives gets a number there that differs from the first office's. */
const ticketsOfOthers = [
  {
    ticketId: "01K9Z3V4X0PA7GR0VND1CASE02",
    subject: "Odore di gas nei pressi del depuratore",
    category: "ambiente",
    phone: "+393315550177",
    givenName: "Dario",
    familyName: "Conti",
  },
  {
    ticketId: "01K9Z3V4X0PA7GR0VND1CASE03",
    subject: "Calendario della raccolta del vetro",
    category: "ambiente",
    phone: "+393315550188",
    givenName: "Elena",
    familyName: "Fabbri",
  },
];

/** Configuration of the ticket exchange (crm-bridge/src/tupa/hub/hub-config.ts checks it). */
export function hubConfig(plan: PlaygroundPlan, directory: string, keys: OfficeKeys): object {
  return {
    listen: { host: "127.0.0.1", port: plan.hubPort },
    dataDirectory: directory,
    privateKey: keys.hub.privateKey,
    offices: plan.offices.map((office) => ({
      officeId: office.officeId,
      label: office.label,
      endpoint: bridgeUrl(office),
      publicKey: keys.ofOffice(office.officeId).publicKey,
    })),
  };
}

/** The network as the SIP proxy's generator takes it (sip-proxy-config/src/network.ts). */
export function networkDescription(plan: PlaygroundPlan): object {
  return {
    proxy: {
      domain: plan.proxyDomain,
      listen: [{ address: plan.proxyAddress, port: plan.sipPort, transports: ["udp", "tcp"] }],
    },
    members: plan.offices.map((office) => ({
      officeId: office.officeId,
      label: office.label,
      transport: "udp",
      addresses: [{ address: office.sipAddress, port: plan.sipPort }],
    })),
  };
}
