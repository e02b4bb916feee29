/** Configuration of a test's office, as an administrator would write it. */
import { storeOfTheRun } from "../../cti-box/testing/test-store.ts";

export const serviceSecret = "secret-of-the-bridge-in-tests";
export const officeNumber = "+390695550100";

export type OfficeChoice = {
  officeId: string;
  /** Address that phones, carrier and other offices reach the box at. */
  address: string;
  carrierAddress: string;
  operators: readonly string[];
  /** Other offices of the network, by id. */
  others?: readonly { officeId: string; address: string }[];
  ringTimeoutSeconds?: number;
  transferTimeoutSeconds?: number;
  /** More words of the carrier's trunk. */
  trunk?: Record<string, unknown>;
  moreTrunks?: readonly Record<string, unknown>[];
  /** More words of the `sip` section. */
  sip?: Record<string, unknown>;
};

export function passwordOf(login: string): string {
  return `password-of-${login}`;
}

export function officeConfig(choice: OfficeChoice): Record<string, unknown> {
  const { officeId, address } = choice;
  const offices = [{ officeId, address }, ...(choice.others ?? [])];
  return {
    office: { officeId, label: `Office ${officeId}` },
    sip: {
      domain: address,
      contacts: [`sip:${address}:5060;transport=udp,tcp`, `sip:${address}:5066;transport=ws`],
      ...choice.sip,
    },
    media: { kind: "relay", listenAddress: address },
    ...storeOfTheRun(),
    trunks: [
      { trunkId: "carrier", carrier: "Carrier of the tests", addresses: [choice.carrierAddress], ...choice.trunk },
      ...(choice.moreTrunks ?? []),
    ],
    numbers: [{ number: officeNumber, queueId: "urp" }],
    queues: [{ queueId: "urp", label: "URP", ringTimeoutSeconds: choice.ringTimeoutSeconds ?? 20 }],
    operators: choice.operators.map((login, index) => ({
      login,
      displayName: login,
      extension: String(201 + index),
      password: passwordOf(login),
    })),
    network: {
      offices: offices.map((each) => ({
        officeId: each.officeId,
        label: `Office ${each.officeId}`,
        sip: { uri: `sip:${each.address}:5060;transport=udp`, addresses: [each.address] },
      })),
      transferTimeoutSeconds: choice.transferTimeoutSeconds ?? 20,
    },
    // Tests end their offices with calls up.
    drainSeconds: 0,
    api: { listen: { host: "127.0.0.1", port: 0 } },
    crmBridge: { url: "http://127.0.0.1:9", serviceSecret },
  };
}
