/** What a trunk's test found, and what to do about it, for a person who is no telephony expert. */
import { day, forSeconds, nameIn, type Sayings } from "./sayings.ts";

export const findingsInEnglish: Sayings = {
  registered: (finding) => [`The carrier has registered the office${forSeconds(finding, " for", "s")}.`, null],
  answers: (finding) => [`The carrier answers (${finding.status}).`, null],
  "credentials-missing": (finding) => [
    `The carrier asks who the office is (${finding.status}), and this trunk has no account.`,
    "Enter user and password that the carrier gave you (account.user, account.password).",
  ],
  "credentials-wrong": (finding) => [
    `The carrier does not accept user and password (${finding.status}).`,
    "Compare account.user, account.authUser (some carriers want another name there) and account.password with the carrier's letter. Carriers lock accounts after several wrong tries: wait before you try again.",
  ],
  "not-allowed": () => [
    `The carrier refuses the office (403 Forbidden).`,
    "Its address is probably not allowed there, or the contract is not active: ask the carrier, and tell it the public address that this office calls from.",
  ],
  "unknown-account": () => [
    `The carrier does not know this account (404).`,
    "Check account.user and account.registrar.",
  ],
  "algorithm-unknown": (finding) => [
    `The carrier wants the password proved with ${finding.algorithms.join(", ")}; this box can do MD5 and SHA-256.`,
    "Ask the carrier to allow one of these for this account.",
  ],
  "too-brief": (finding) => [
    `The carrier wants longer registrations (423${finding.minExpiresSeconds === null ? "" : `: ${finding.minExpiresSeconds} s at least`}).`,
    `Set account.expiresSeconds to ${finding.minExpiresSeconds ?? 3600}.`,
  ],
  "carrier-failing": (finding) => [
    `The carrier has a fault of its own (${finding.status}).`,
    "Try again later, or call the carrier.",
  ],
  refused: (finding) => [
    `The carrier refuses (${finding.status}).`,
    "Ask the carrier what this means for your account; --verbose shows the exchange.",
  ],
  "name-unknown": (finding, { settings, uri }) => [
    `The name ${finding.name} does not exist (DNS).`,
    `Check how it is written in the trunk's ${settings} (${uri}).`,
  ],
  "name-servers-silent": (finding) => [
    `The name ${finding.name} could not be looked up: the name servers do not answer.`,
    "Check this machine's network and name servers (sip.dnsServers).",
  ],
  "not-spoken": (finding) => [
    `The trunk wants ${finding.transport}, and the box has no address that speaks it.`,
    `Add one to sip.contacts, such as ${finding.transport === "tls" ? "sips:ADDRESS:5061;transport=tls with sip.tls" : `sip:ADDRESS:5060;transport=${finding.transport}`}.`,
  ],
  "connection-refused": (finding) => [
    `The machine ${finding.at} is there, but nobody listens at that port (${finding.transport}).`,
    "Check the port, and whether the carrier wants udp, tcp or tls.",
  ],
  unreachable: (finding) => [
    `${finding.at} (${finding.transport}) cannot be reached.`,
    "Check the address, this machine's network and the firewall.",
  ],
  "no-answer": (finding) => [
    `${finding.at} (${finding.transport}) does not answer.`,
    "Either a firewall is in between, or the address is wrong, or the carrier ignores who it does not know: tell it the public address that this office calls from.",
  ],
  "tls-name": (finding, { uri }) => [
    `The certificate of ${finding.at} is made out to ${finding.names.join(", ")}, not to ${nameIn(uri)}.`,
    "Write the name that the certificate has into the trunk's URI; wildcards do not count for SIP (RFC 5922).",
  ],
  "tls-expired": (finding) => [
    `The certificate of ${finding.at} has expired on ${day(finding.untilMs)}.`,
    "The carrier has to renew it. If the date is still to come, the clock of this machine is wrong.",
  ],
  "tls-not-yet": (finding) => [
    `The certificate of ${finding.at} is valid only from ${day(finding.fromMs)} on.`,
    "The clock of this machine is probably wrong: switch time synchronisation (NTP) on.",
  ],
  "tls-authority": (finding) => [
    `The certificate of ${finding.at} was issued by ${finding.issuer || "an unnamed authority"}, which this machine does not trust.`,
    "If that is the carrier's own authority, put its certificate into the file of sip.tls.caFile.",
  ],
  "tls-failed": (finding) => [
    `No secure connection to ${finding.at} comes about (${finding.why}).`,
    "Perhaps that port does not speak TLS: check it.",
  ],
  "not-sent": () => ["The request could not be sent.", "The log of the box says why."],
};
