/** Italian texts of forwarding and do not disturb. */
export const itHandling = {
  "handling.open": "Deviazioni",
  "handling.title": "Deviazioni e non disturbare",
  "handling.explained": "Le deviazioni valgono per le chiamate dei colleghi. Le chiamate delle code non si deviano.",
  "handling.disturb": "Non disturbare",
  "handling.disturb.explained": "Nessuna chiamata squilla: né dalle code né dai colleghi, che trovano occupato.",
  "handling.waiting": "Avviso di seconda chiamata",
  "handling.waiting.explained":
    "Durante una chiamata squilla anche quella di un collega: rispondendo, la prima va in attesa.",
  "handling.always": "Devia sempre a",
  "handling.busy": "Se sono in chiamata, devia a",
  "handling.no-answer": "Se non rispondo, devia a",
  "handling.after": "Dopo quanti secondi",
  "handling.seconds": "{seconds} secondi",
  "handling.nowhere": "Non deviare",
  "handling.queue": "Coda {queue}",
  "handling.save": "Salva",
  "handling.cancel": "Annulla",
  "handling.on.disturb": "Non disturbare attivo",
  "handling.on.always": "Deviazione attiva",
  "handling.on.some": "Deviazione se occupato o senza risposta",
  "problem.handling": "Le deviazioni non sono cambiate: il centralino non le ha accettate.",
} as const;
