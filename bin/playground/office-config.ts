/** The configuration files of the playground's programs, in the form that an administrator would write for a real office. */
import type { OfficePlan, PlaygroundPlan } from "./plan.ts";

export type MediaChoice = { kind: "relay" } | { kind: "rtpengine"; ngHost: string; ngPort: number };

/** Configuration of one cti-box (cti-box/src/config.ts checks it). */
export function boxConfig(
  plan: PlaygroundPlan,
  office: OfficePlan,
  choice: { media: MediaChoice; withProxy: boolean },
): object {
  const port = plan.sipPort;
  return {
    office: { officeId: office.officeId, label: office.label },
    sip: {
      domain: office.sipAddress,
      contacts: [
        `sip:${office.sipAddress}:${port};transport=udp,tcp`,
        `sip:${office.sipAddress}:${port + 6};transport=ws`,
      ],
    },
    media: choice.media.kind === "relay" ? { kind: "relay", listenAddress: "127.0.0.1" } : choice.media,
    trunks: [{ trunkId: "carrier", carrier: "Simulated carrier", addresses: [plan.carrierAddress] }],
    numbers: [{ number: office.publicNumber, queueId: office.queue.queueId }],
    queues: [{ ...office.queue, ringTimeoutSeconds: 20 }],
    operators: [{ ...office.operator, roles: ["front_office"], queues: [office.queue.queueId] }],
    network: {
      ...(choice.withProxy && {
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
        sip: { uri: `sip:${each.sipAddress}:${port};transport=udp`, addresses: [each.sipAddress] },
      })),
      transferTimeoutSeconds: 25,
    },
    api: { listen: { host: "127.0.0.1", port: office.httpPort } },
    crmBridge: { url: `http://127.0.0.1:${office.bridgePort}`, serviceSecret: office.serviceSecret },
    dataDirectory: office.directory,
  };
}
