/**
 * The address of the conference mixer, judged on the machine that the box starts on: rtpengine sends the audio of conferences there, so it has to be one of this
 * machine, and with an rtpengine on another machine one that is reached from there.
 */
import { networkInterfaces } from "node:os";
import type { OfficeConfig } from "../config.ts";

/** `ownAddresses`: of this machine, loopback aside. */
export function mixerProblems(media: OfficeConfig["media"], ownAddresses: readonly string[]): string[] {
  if (media.kind !== "rtpengine") return [];
  const address = media.mixer?.listenAddress;
  if (address === undefined) return [];
  const key = "media.mixer.listenAddress";
  if (!isLoopback(address))
    return ownAddresses.includes(address)
      ? []
      : [`${key}: ${address} is no address of this machine, which has ${ownAddresses.join(", ") || "loopback only"}`];
  const isHere = (host: string): boolean => isLoopback(host) || ownAddresses.includes(host);
  return [media, ...media.others]
    .filter(({ ngHost }) => !isHere(ngHost))
    .map(
      ({ ngHost }) =>
        `${key}: ${address} is this machine alone, and the rtpengine at ${ngHost} is on another one: conferences would be silent; name the address at which it reaches this machine`,
    );
}

export function addressesOfThisMachine(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address);
}

/** Linux answers on all of 127.0.0.0/8. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
