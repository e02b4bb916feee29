/**
 * The playground as values: two fictitious offices, a hub, a carrier and (where Kamailio is installed) the proxy between them, all on loopback.
 * Office codes and numbers are invented; 0695 and 0997 numbers of this shape are not assigned to any office.
 */
import { join } from "node:path";

export type OfficePlan = {
  officeId: string;
  label: string;
  publicNumber: string;
  sipAddress: string;
  httpPort: number;
  bridgePort: number;
  operator: { login: string; displayName: string; extension: string; password: string };
  queue: { queueId: string; label: string };
  topics: string[];
  directory: string;
  serviceSecret: string;
  /** Opens the screen for the wall. */
  wallboardKey: string;
};

export type PlaygroundPlan = {
  directory: string;
  basePort: number;
  hubPort: number;
  carrierAddress: string;
  proxyAddress: string;
  sipPort: number;
  sipWebSocketPort: number;
  proxyDomain: string;
  offices: [OfficePlan, OfficePlan];
  citizen: { number: string; displayName: string };
};

export type PlanOptions = {
  directory: string;
  /** First of the seven ports in a row that the playground uses, 1 to 65529. */
  basePort: number;
  secretOf(name: string): string;
};

/** Ports from the base on: two softphone pages, two bridges, the hub, SIP, SIP over WebSocket. */
export const portsInARow = 7;

export function planPlayground(options: PlanOptions): PlaygroundPlan {
  const { basePort } = options;
  const office = (
    index: 0 | 1,
    rest: Pick<OfficePlan, "officeId" | "label" | "publicNumber" | "operator" | "queue" | "topics">,
  ): OfficePlan => ({
    ...rest,
    sipAddress: `127.0.0.${11 + index}`,
    httpPort: basePort + index,
    bridgePort: basePort + 2 + index,
    directory: join(options.directory, rest.officeId),
    serviceSecret: options.secretOf(`service-${rest.officeId}`),
    wallboardKey: options.secretOf(`wallboard-${rest.officeId}`),
  });
  return {
    directory: options.directory,
    basePort,
    hubPort: basePort + 4,
    carrierAddress: "127.0.0.10",
    proxyAddress: "127.0.0.20",
    sipPort: basePort + 5,
    sipWebSocketPort: basePort + 6,
    proxyDomain: "la2.example",
    offices: [
      office(0, {
        officeId: "x_test1",
        label: "URP Comune di Prova",
        publicNumber: "+390695550100",
        operator: {
          login: "anna.verdi",
          displayName: "Anna Verdi",
          extension: "201",
          password: options.secretOf("anna.verdi"),
        },
        queue: { queueId: "urp", label: "URP" },
        topics: ["anagrafe", "tributi", "servizi al cittadino"],
      }),
      office(1, {
        officeId: "x_test2",
        label: "Ufficio Ambiente Regione Esempio",
        publicNumber: "+390997550200",
        operator: {
          login: "bruno.neri",
          displayName: "Bruno Neri",
          extension: "301",
          password: options.secretOf("bruno.neri"),
        },
        queue: { queueId: "ambiente", label: "Ambiente" },
        topics: ["ambiente", "rifiuti", "segnalazioni"],
      }),
    ],
    citizen: { number: "+393315550123", displayName: "Carla Bianchi" },
  };
}
