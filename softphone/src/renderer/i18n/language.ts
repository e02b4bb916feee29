/** The interface's language: Italian unless the operator chose English; remembered on this machine. Dictionaries over 300 lines are data, not code. */
import i18next, { changeLanguage, use as withPlugin } from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import { en } from "./en.ts";
import { it } from "./it.ts";
import { topicLabels } from "./topic-labels.ts";
import type { TextKey } from "./it.ts";
import type { TopicCategory } from "../domain/ticket/ticket.ts";

export type Language = "it" | "en";
const languageKey = "la2-language";

function storedLanguage(): Language {
  try {
    return localStorage.getItem(languageKey) === "en" ? "en" : "it";
  } catch {
    return "it";
  }
}

/** Must run before the first component renders. */
export async function startLanguage(): Promise<void> {
  await withPlugin(initReactI18next).init({
    lng: storedLanguage(),
    fallbackLng: "it",
    resources: { it: { translation: it }, en: { translation: en } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  document.documentElement.lang = i18next.language;
}

async function chooseLanguage(language: Language): Promise<void> {
  await changeLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(languageKey, language);
  } catch {
    // Not remembered: the choice holds until the page is closed.
  }
}

export type Texts = {
  t: (key: TextKey, values?: Record<string, string | number>) => string;
  /** For keys that were put together; an unknown one gives the fallback. */
  tOr: (key: string, fallback: TextKey) => string;
  topic: (category: TopicCategory) => string;
  language: Language;
  choose: (language: Language) => void;
};

export function useTexts(): Texts {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === "en" ? "en" : "it";
  return {
    t: (key, values) => t(key, { ...values }),
    tOr: (key, fallback) => (key in it ? t(key as TextKey) : t(fallback)),
    topic: (category) => topicLabels[language][category],
    language,
    choose: (next) => void chooseLanguage(next),
  };
}
