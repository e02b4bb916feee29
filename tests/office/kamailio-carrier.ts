/** Kamailio as a carrier's proxy: it wants a registration and a proof of every call, and brings citizens' calls to where the office registered. */
import { readFileSync } from "node:fs";
import { startProxy, type RunningProxy } from "../../sip-proxy-config/src/run-proxy.ts";

export type KamailioCarrier = RunningProxy & {
  /** What it logged so far. */
  log(): string;
};

/** `citizens`: where citizens' telephones are, at port 5060. */
export async function startKamailioCarrier(at: {
  address: string;
  citizens: string;
  password: string;
}): Promise<KamailioCarrier> {
  const { address, citizens, password } = at;
  const template = readFileSync(new URL("kamailio-carrier.cfg", import.meta.url), "utf8");
  const configText = template
    .replaceAll("__ADDRESS__", address)
    .replaceAll("__CITIZENS__", citizens)
    .replaceAll("__PASSWORD__", password);
  let said = "";
  const proxy = await startProxy({
    configText,
    listen: [{ address, port: 5060, transports: ["udp"] }],
    log: (line) => {
      said += `${line}\n`;
    },
  });
  return { ...proxy, log: () => said };
}
