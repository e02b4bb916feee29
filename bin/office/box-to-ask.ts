/** How a program of the office reaches its box: for the commands that ask it something. */
import { readOfficeFile } from "./read-office-file.ts";

export type BoxToAsk = { name: string; label: string; url: string; serviceSecret: string };

/** Throws InvalidOfficeFile, or when the office has no secret for its programs. */
export function boxToAsk(file: string): BoxToAsk {
  const { office, api, crmBridge } = readOfficeFile(file, process.env).box;
  if (crmBridge === undefined)
    throw new Error(
      `${file}: has neither bridge nor crmBridge, so there is no secret with which a program may ask the box.`,
    );
  const { host, port } = api.listen;
  const here = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const listens = `${api.tls === undefined ? "http" : "https"}://${here.includes(":") ? `[${here}]` : here}:${port}`;
  // A certificate is made out to the public name.
  const url = api.tls === undefined ? listens : (api.publicUrl ?? listens);
  return { name: office.officeId, label: office.label, url, serviceSecret: crmBridge.serviceSecret };
}
