/** What operators can do and what a queue asks of them: subjects of the ticket catalogue, languages, and citizens with a special need. */

/** A need that takes training or equipment, as in the ticket's `specialNeeds`. */
export type SpecialNeed = "deaf" | "blind";

export type OperatorSkills = {
  /** Codes of the 24 subjects; empty: all of them, as a front office answers. */
  topics: readonly string[];
  /** BCP 47 language codes. */
  languages: readonly string[];
  needs: readonly SpecialNeed[];
};

/** Each null: nothing special is asked. */
export type RequiredSkills = { topic: string | null; language: string | null; need: SpecialNeed | null };

export const nothingRequired: RequiredSkills = { topic: null, language: null, need: null };

export function hasSkills(operator: OperatorSkills, required: RequiredSkills): boolean {
  const { topic, language, need } = required;
  const knowsTopic = topic === null || operator.topics.length === 0 || operator.topics.includes(topic);
  const speaks = language === null || operator.languages.includes(language);
  return knowsTopic && speaks && (need === null || operator.needs.includes(need));
}
