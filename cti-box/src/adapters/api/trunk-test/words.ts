/** What a trunk's test found, in the words of one language. */
import type { TrunkTestStep } from "../../../application/use-cases.ts";
import { findingsInEnglish } from "./findings-in-english.ts";
import { findingsInItalian } from "./findings-in-italian.ts";
import type { Said, Sayings } from "./sayings.ts";

export type Language = "it" | "en";
type Told = Pick<TrunkTestStep, "step" | "uri" | "finding" | "aheadMs">;

export function wordsFor(told: Told, language: Language): { message: string; advice: string | null } {
  const [message, advice] = said(language === "it" ? findingsInItalian : findingsInEnglish, told);
  const clock = told.aheadMs === null ? null : clockWords(told.aheadMs, language);
  return { message, advice: [advice, clock].filter((part) => part !== null).join(" ") || null };
}

function said(sayings: Sayings, { step, uri, finding }: Told): Said {
  const say = sayings[finding.code] as (finding: Told["finding"], tried: { uri: string; settings: string }) => Said;
  return say(finding, { uri, settings: step === "registration" ? "account" : "outbound" });
}

export function nothingToTest(addresses: readonly string[], language: Language): string {
  const from = addresses.join(", ");
  return language === "it"
    ? `Questa linea riceve soltanto chiamate da ${from}: l'ufficio non vi si registra e non la usa per chiamare. Per provarla, chiamare dall'esterno un numero dell'ufficio.`
    : `This trunk only takes calls from ${from}: the office neither registers there nor calls over it. To try it, call a number of the office from outside.`;
}

function clockWords(aheadMs: number, language: Language): string {
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  if (language === "it") {
    const how = aheadMs > 0 ? "avanti" : "indietro";
    return `L'orologio di questa macchina è ${minutes} minuti ${how} rispetto a quello dell'operatore telefonico: attivare la sincronizzazione dell'ora (NTP).`;
  }
  const how = aheadMs > 0 ? "ahead of" : "behind";
  return `The clock of this machine is ${minutes} minutes ${how} the carrier's: switch time synchronisation (NTP) on.`;
}
