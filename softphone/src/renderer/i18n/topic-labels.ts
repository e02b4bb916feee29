/** Names of the 24 themes of the report, per language. */
import type { TopicCategory } from "../domain/ticket/ticket.ts";

type Labels = Record<TopicCategory, string>;

const it: Labels = {
  alimentazione: "Alimentazione",
  ambiente: "Ambiente",
  arte_cultura: "Arte e cultura",
  casa: "Casa",
  cittadini_vita_pubblica: "Cittadini e vita pubblica",
  economia_investimenti: "Economia e investimenti",
  giustizia: "Giustizia",
  istruzione_formazione: "Istruzione e formazione",
  lavoro_carriere: "Lavoro e carriere",
  media_informazione: "Media e informazione",
  politica_istituzioni: "Politica e istituzioni",
  politiche_sociali: "Politiche sociali",
  previdenza: "Previdenza",
  salute_benessere: "Salute e benessere",
  scienza_tecnologia_innovazione: "Scienza, tecnologia e innovazione",
  sicurezza: "Sicurezza",
  sport_tempo_libero: "Sport e tempo libero",
  tasse: "Tasse",
  trasporti_infrastrutture: "Trasporti e infrastrutture",
  attivita_produttive_sviluppo_economico: "Attività produttive e sviluppo economico",
  agricoltura: "Agricoltura",
  assetto_territorio: "Assetto del territorio",
  caccia_pesca: "Caccia e pesca",
  turismo: "Turismo",
};

const en: Labels = {
  alimentazione: "Food",
  ambiente: "Environment",
  arte_cultura: "Art and culture",
  casa: "Housing",
  cittadini_vita_pubblica: "Citizens and public life",
  economia_investimenti: "Economy and investments",
  giustizia: "Justice",
  istruzione_formazione: "Education and training",
  lavoro_carriere: "Work and careers",
  media_informazione: "Media and information",
  politica_istituzioni: "Politics and institutions",
  politiche_sociali: "Social policies",
  previdenza: "Pensions",
  salute_benessere: "Health and wellbeing",
  scienza_tecnologia_innovazione: "Science, technology and innovation",
  sicurezza: "Safety",
  sport_tempo_libero: "Sport and leisure",
  tasse: "Taxes",
  trasporti_infrastrutture: "Transport and infrastructure",
  attivita_produttive_sviluppo_economico: "Business and economic development",
  agricoltura: "Agriculture",
  assetto_territorio: "Land planning",
  caccia_pesca: "Hunting and fishing",
  turismo: "Tourism",
};

export const topicLabels = { it, en } as const;
