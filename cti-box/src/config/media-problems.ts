/**
 * Addresses at which the box itself receives audio and text, judged on the machine that it starts on: they have to be of this machine. rtpengine sends the audio of conferences to the
 * mixer's, so with an rtpengine on another machine that one may not be loopback.
 */
import { networkInterfaces } from "node:os";
import type { OfficeConfig } from "../config.ts";

/** `ownAddresses`: of this machine, loopback aside. */
export function addressProblems(media: OfficeConfig["media"], ownAddresses: readonly string[]): string[] {
  if (media.kind !== "rtpengine") return [];
  const { mixer, fallback } = media;
  const text = media.text === "off" ? undefined : media.text;
  const foreign = Object.entries({ mixer, fallback, text }).flatMap(([part, given]) => {
    const address = given?.listenAddress;
    if (address === undefined || isLoopback(address) || ownAddresses.includes(address)) return [];
    // Every address of this machine; which one callers are told is another question.
    if (part === "text" && address === "0.0.0.0") return untoldText(text);
    const own = ownAddresses.join(", ") || "loopback only";
    return [`media.${part}.listenAddress: ${address} is no address of this machine, which has ${own}`];
  });
  return [...foreign, ...mixerProblems(media, ownAddresses)];
}

function untoldText(text: { advertisedAddress?: string | undefined } | undefined): string[] {
  return text?.advertisedAddress === undefined
    ? [
        "media.text.listenAddress: 0.0.0.0 is no address that callers can send to; name one, or advertisedAddress beside it",
      ]
    : [];
}

type RtpengineMedia = Extract<OfficeConfig["media"], { kind: "rtpengine" }>;

function mixerProblems(media: RtpengineMedia, ownAddresses: readonly string[]): string[] {
  const address = media.mixer?.listenAddress;
  if (address === undefined || !isLoopback(address)) return [];
  const isHere = (host: string): boolean => isLoopback(host) || ownAddresses.includes(host);
  return [media, ...media.others]
    .filter(({ ngHost }) => !isHere(ngHost))
    .map(
      ({ ngHost }) =>
        `media.mixer.listenAddress: ${address} is this machine alone, and the rtpengine at ${ngHost} is on another one: conferences would be silent; name the address at which it reaches this machine`,
    );
}

export function addressesOfThisMachine(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address);
}

/** Linux answers on all of 127.0.0.0/8. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
