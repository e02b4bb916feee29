/** Words of the screen on the wall. Nobody sits at it: the language stands in its address (`?lang=en`), Italian otherwise. */
const it = {
  title: "Tabellone",
  now: "Adesso",
  today: "Oggi",
  waiting: "In attesa",
  longestWait: "Attesa più lunga",
  talking: "In conversazione",
  callbacks: "Da richiamare",
  operatorsFree: "Operatori liberi",
  answered: "Risposte",
  abandoned: "Abbandonate",
  turnedAway: "Non servite",
  averageWait: "Attesa media",
  connecting: "Collegamento con la centrale…",
  lost: "Collegamento interrotto: i numeri sono fermi alle {time}.",
  refused:
    "La chiave del tabellone manca o non è valida. Chi amministra la centrale la trova in «wallboard.key»; l'indirizzo termina con #key=…",
  spoken: "{queue}: {count} in attesa.",
  otherLanguage: "English",
};

export type WallboardTexts = typeof it;

const en: WallboardTexts = {
  title: "Wallboard",
  now: "Now",
  today: "Today",
  waiting: "Waiting",
  longestWait: "Longest wait",
  talking: "Talking",
  callbacks: "To be called back",
  operatorsFree: "Operators free",
  answered: "Answered",
  abandoned: "Abandoned",
  turnedAway: "Not served",
  averageWait: "Average wait",
  connecting: "Connecting to the box…",
  lost: "Connection lost: the numbers have stood still since {time}.",
  refused:
    "The wallboard's key is missing or wrong. Whoever runs the box finds it in “wallboard.key”; the address ends in #key=…",
  spoken: "{queue}: {count} waiting.",
  otherLanguage: "Italiano",
};

export const wallboardTexts = { it, en };

export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
