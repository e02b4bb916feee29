/** Faults of the trunks that only a look at the whole configuration shows. */
import { usesTones } from "../domain/trunk/key-mode.ts";
import { isEmergency } from "../domain/routing/dialled-number.ts";
import { bringsNumber, isInRange } from "../domain/trunk/trunk.ts";
import type { OfficeConfig } from "../config.ts";

export function trunkProblems({
  trunks = [],
  numbers = [],
  operators = [],
  costs,
  media,
}: Partial<OfficeConfig>): string[] {
  return [
    ...numberProblems(trunks, numbers),
    ...spendProblems(trunks, costs),
    ...codecProblems(trunks, media),
    ...keyProblems(trunks, media),
    ...srtpProblems(trunks),
    ...extensionProblems(operators),
  ];
}

function numberProblems(trunks: OfficeConfig["trunks"], numbers: OfficeConfig["numbers"]): string[] {
  return trunks.flatMap((trunk, index) => {
    const strange = trunk.numbers.filter((own) => !numbers.some(({ number }) => isInRange(own, number)));
    const shown = trunk.outbound?.callerId.number;
    // Who shows a number that is not its own is taken for a fraud by carriers, and rightly.
    const isOwn =
      shown === undefined ||
      (trunk.numbers.length > 0 ? bringsNumber(trunk, shown) : numbers.some(({ number }) => number === shown));
    return [
      ...strange.map((own) => `trunks[${index}].numbers: ${own} leads to no queue (section numbers)`),
      ...(isOwn ? [] : [`trunks[${index}].outbound.callerId.number: ${shown} is not a number that this trunk brings`]),
    ];
  });
}

/** Nobody can limit what nobody can reckon. */
function spendProblems(trunks: OfficeConfig["trunks"], costs: OfficeConfig["costs"]): string[] {
  return trunks.flatMap(({ outbound }, index) =>
    outbound?.limits.spendPerDay === undefined || costs !== undefined
      ? []
      : [`trunks[${index}].outbound.limits.spendPerDay: needs the prices of section costs`],
  );
}

/** The relay passes audio on as it is: there has to be one codec that every trunk and every phone speaks. */
function codecProblems(trunks: OfficeConfig["trunks"], media: OfficeConfig["media"] | undefined): string[] {
  if (media?.kind !== "relay") return [];
  return trunks.flatMap(({ codecs }, index) =>
    codecs === undefined || codecs.includes("PCMA")
      ? []
      : [
          `trunks[${index}].codecs: needs PCMA, because the built-in relay does not translate (media.kind rtpengine does)`,
        ],
  );
}

/** rtpengine 10.5 neither hears tones of a caller who waits nor makes them; keys that it hears beside the sound it tells the one who listens to its log. */
function keyProblems(trunks: OfficeConfig["trunks"], media: OfficeConfig["media"] | undefined): string[] {
  return trunks.flatMap(({ dtmf, codecs = [] }, index) => {
    const isWide = dtmf === "inband" && codecs.some((codec) => codec !== "PCMA" && codec !== "PCMU");
    return [
      ...(isWide ? [`trunks[${index}].codecs: tones (dtmf inband) survive PCMA and PCMU alone`] : []),
      ...(media?.kind === "rtpengine" && usesTones(dtmf)
        ? [`trunks[${index}].dtmf: ${dtmf} needs the built-in relay (media.kind relay); with rtpengine rfc4733 or info`]
        : []),
      ...(media?.kind === "rtpengine" && dtmf === "info" && media.keyLog === undefined
        ? [`trunks[${index}].dtmf: info needs media.keyLog, by which rtpengine tells the keys that are to be passed on`]
        : []),
    ];
  });
}

/** Keys in the clear would lock a door and leave them in it (RFC 4568 §8). */
function srtpProblems(trunks: OfficeConfig["trunks"]): string[] {
  return trunks.flatMap(({ srtp, outbound, account }, index) => {
    if (srtp === "off") return [];
    const uris = { "outbound.uri": outbound?.uri, "account.registrar": account?.registrar };
    return Object.entries(uris).flatMap(([field, uri]) =>
      uri === undefined || isOverTls(uri)
        ? []
        : [`trunks[${index}].${field}: needs TLS (sips: or ;transport=tls), because srtp sends its keys there`],
    );
  });
}

function isOverTls(uri: string): boolean {
  return /^sips:/i.test(uri) || /;transport=tls(;|$)/i.test(uri);
}

function extensionProblems(operators: OfficeConfig["operators"]): string[] {
  return operators.flatMap(({ extension }, index) =>
    isEmergency(extension) ? [`operators[${index}].extension: ${extension} is an emergency number`] : [],
  );
}
