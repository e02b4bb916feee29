/** The 24 subjects of the ticket catalogue, in the order of the report (Linea Amica Fase 2): of tickets, queues and operators. */
import { z } from "zod";

export const topicSchema = z.enum([
  "alimentazione",
  "ambiente",
  "arte_cultura",
  "casa",
  "cittadini_vita_pubblica",
  "economia_investimenti",
  "giustizia",
  "istruzione_formazione",
  "lavoro_carriere",
  "media_informazione",
  "politica_istituzioni",
  "politiche_sociali",
  "previdenza",
  "salute_benessere",
  "scienza_tecnologia_innovazione",
  "sicurezza",
  "sport_tempo_libero",
  "tasse",
  "trasporti_infrastrutture",
  "attivita_produttive_sviluppo_economico",
  "agricoltura",
  "assetto_territorio",
  "caccia_pesca",
  "turismo",
]);
