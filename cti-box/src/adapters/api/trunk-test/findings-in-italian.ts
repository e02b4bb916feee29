/** What a trunk's test found, and what to do about it, in Italian. The company behind a trunk is the "operatore telefonico", the trunk a "linea". */
import { day, forSeconds, nameIn, type Sayings } from "./sayings.ts";

export const findingsInItalian: Sayings = {
  registered: (finding) => [`L'operatore telefonico ha registrato l'ufficio${forSeconds(finding, " per", "s")}.`, null],
  answers: (finding) => [`L'operatore telefonico risponde (${finding.status}).`, null],
  "credentials-missing": (finding) => [
    `L'operatore telefonico chiede chi è l'ufficio (${finding.status}), ma questa linea non ha un account.`,
    "Inserire utente e password ricevuti dall'operatore telefonico (account.user, account.password).",
  ],
  "credentials-wrong": (finding) => [
    `L'operatore telefonico non accetta utente e password (${finding.status}).`,
    "Confrontare account.user, account.authUser (alcuni vogliono lì un altro nome) e account.password con la lettera dell'operatore telefonico. Dopo alcuni tentativi sbagliati l'account può essere bloccato: attendere prima di riprovare.",
  ],
  "not-allowed": () => [
    "L'operatore telefonico rifiuta l'ufficio (403 Forbidden).",
    "Probabilmente l'indirizzo dell'ufficio non è abilitato, oppure il contratto non è attivo: chiedere all'operatore telefonico, indicando l'indirizzo pubblico da cui si chiama.",
  ],
  "unknown-account": () => [
    "L'operatore telefonico non conosce questo account (404).",
    "Controllare account.user e account.registrar.",
  ],
  "algorithm-unknown": (finding) => [
    `L'operatore telefonico vuole la password provata con ${finding.algorithms.join(", ")}; questo centralino conosce MD5 e SHA-256.`,
    "Chiedere all'operatore telefonico di ammettere uno di questi per questo account.",
  ],
  "too-brief": (finding) => [
    `L'operatore telefonico vuole registrazioni più lunghe (423${finding.minExpiresSeconds === null ? "" : `: almeno ${finding.minExpiresSeconds} s`}).`,
    `Impostare account.expiresSeconds a ${finding.minExpiresSeconds ?? 3600}.`,
  ],
  "carrier-failing": (finding) => [
    `L'operatore telefonico ha un guasto (${finding.status}).`,
    "Riprovare più tardi, o chiamare l'operatore telefonico.",
  ],
  refused: (finding) => [
    `L'operatore telefonico rifiuta (${finding.status}).`,
    "Chiedere all'operatore telefonico che cosa significa; --verbose mostra i messaggi.",
  ],
  "name-unknown": (finding, { settings, uri }) => [
    `Il nome ${finding.name} non esiste (DNS).`,
    `Controllare come è scritto in ${settings} della linea (${uri}).`,
  ],
  "name-servers-silent": (finding) => [
    `Il nome ${finding.name} non si può cercare: i server dei nomi non rispondono.`,
    "Controllare la rete di questa macchina e i suoi server dei nomi (sip.dnsServers).",
  ],
  "not-spoken": (finding) => [
    `La linea vuole ${finding.transport}, ma il centralino non ha un indirizzo che lo parli.`,
    `Aggiungerne uno a sip.contacts, per esempio ${finding.transport === "tls" ? "sips:INDIRIZZO:5061;transport=tls con sip.tls" : `sip:INDIRIZZO:5060;transport=${finding.transport}`}.`,
  ],
  "connection-refused": (finding) => [
    `La macchina ${finding.at} c'è, ma a quella porta nessuno ascolta (${finding.transport}).`,
    "Controllare la porta, e se l'operatore telefonico vuole udp, tcp o tls.",
  ],
  unreachable: (finding) => [
    `${finding.at} (${finding.transport}) non è raggiungibile.`,
    "Controllare l'indirizzo, la rete di questa macchina e il firewall.",
  ],
  "no-answer": (finding) => [
    `${finding.at} (${finding.transport}) non risponde.`,
    "C'è un firewall in mezzo, o l'indirizzo è sbagliato, o l'operatore telefonico ignora chi non conosce: comunicargli l'indirizzo pubblico da cui chiama l'ufficio.",
  ],
  "tls-name": (finding, { uri }) => [
    `Il certificato di ${finding.at} è intestato a ${finding.names.join(", ")}, non a ${nameIn(uri)}.`,
    "Scrivere nell'URI della linea il nome che sta nel certificato; i caratteri jolly non valgono per SIP (RFC 5922).",
  ],
  "tls-expired": (finding) => [
    `Il certificato di ${finding.at} è scaduto il ${day(finding.untilMs)}.`,
    "L'operatore telefonico deve rinnovarlo. Se la data è ancora futura, l'orologio di questa macchina è sbagliato.",
  ],
  "tls-not-yet": (finding) => [
    `Il certificato di ${finding.at} vale solo dal ${day(finding.fromMs)}.`,
    "Probabilmente l'orologio di questa macchina è sbagliato: attivare la sincronizzazione dell'ora (NTP).",
  ],
  "tls-authority": (finding) => [
    `Il certificato di ${finding.at} è stato emesso da ${finding.issuer || "un'autorità senza nome"}, di cui questa macchina non si fida.`,
    "Se è l'autorità dell'operatore telefonico, aggiungere il suo certificato al file di sip.tls.caFile.",
  ],
  "tls-failed": (finding) => [
    `Non si riesce a stabilire una connessione sicura con ${finding.at} (${finding.why}).`,
    "Forse quella porta non parla TLS: controllarla.",
  ],
  "not-sent": () => ["La richiesta non si è potuta inviare.", "Il registro del centralino dice perché."],
};
