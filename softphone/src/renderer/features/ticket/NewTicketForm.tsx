import { useId, useState } from "react";
import type { FormEvent, ReactNode } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { Message } from "../../ui/Message.tsx";
import { contactReasons, topicCategories } from "../../domain/ticket/ticket.ts";
import { formatPhoneNumber } from "../../domain/call/format-phone-number.ts";
import { useSoftphone } from "../../ui/softphone-context.tsx";
import type { NewTicketFields } from "../../domain/ticket/ticket.ts";
import type { TextKey } from "../../i18n/it.ts";

type Props = { callId: string; phone: string | null; displayName: string | null };

/** A new ticket, filled in with what the call tells. Its id is made once: pressing the button again is the same ticket. */
export function NewTicketForm({ callId, phone, displayName }: Props) {
  const { t, topic } = useTexts();
  const { tickets } = useSoftphone();
  const id = useId();
  const [ticketId] = useState(() => tickets.newTicketId());
  const [fields, setFields] = useState<NewTicketFields>(() => startingFields(phone, displayName));
  const [progress, setProgress] = useState<"idle" | "busy" | TextKey>("idle");
  const set = (change: Partial<NewTicketFields>): void => setFields((earlier) => ({ ...earlier, ...change }));

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (progress === "busy") return;
    if (fields.subject.trim().length < 3) return setProgress("ticket.form.problem.subject");
    setProgress("busy");
    const answer = await tickets.create(callId, ticketId, { ...fields, subject: fields.subject.trim() });
    if (!answer.ok) setProgress(answer.why === "refused" ? "ticket.form.problem.refused" : "ticket.form.problem.away");
  };

  return (
    <form className="la2-new-ticket" aria-label={t("ticket.new")} onSubmit={(event) => void submit(event)}>
      <h3 className="la2-subtitle">{t("ticket.new")}</h3>
      <div role="alert">
        {progress !== "idle" && progress !== "busy" && <Message color="danger">{t(progress)}</Message>}
      </div>
      <Field id={`${id}-subject`} label="ticket.form.subject" hint="ticket.form.subject.hint">
        <input
          id={`${id}-subject`}
          className="form-control"
          maxLength={120}
          required
          aria-describedby={`${id}-subject-hint`}
          value={fields.subject}
          onChange={(event) => set({ subject: event.target.value })}
        />
      </Field>
      <div className="la2-form-row">
        <Field id={`${id}-category`} label="ticket.form.category">
          <select
            id={`${id}-category`}
            className="form-select"
            value={fields.category}
            onChange={(event) => set({ category: pick(topicCategories, event.target.value) })}
          >
            {topicCategories.map((category) => (
              <option key={category} value={category}>
                {topic(category)}
              </option>
            ))}
          </select>
        </Field>
        <Field id={`${id}-reason`} label="ticket.form.reason">
          <select
            id={`${id}-reason`}
            className="form-select"
            value={fields.contactReason}
            onChange={(event) => set({ contactReason: pick(contactReasons, event.target.value) })}
          >
            {contactReasons.map((reason) => (
              <option key={reason} value={reason}>
                {t(`contact-reason.${reason}`)}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <div className="la2-form-row">
        <Field id={`${id}-given`} label="ticket.form.given-name">
          <input
            id={`${id}-given`}
            className="form-control"
            maxLength={80}
            value={fields.givenName}
            onChange={(event) => set({ givenName: event.target.value })}
          />
        </Field>
        <Field id={`${id}-family`} label="ticket.form.family-name">
          <input
            id={`${id}-family`}
            className="form-control"
            maxLength={80}
            value={fields.familyName}
            onChange={(event) => set({ familyName: event.target.value })}
          />
        </Field>
      </div>
      <Field id={`${id}-description`} label="ticket.form.description">
        <textarea
          id={`${id}-description`}
          className="form-control"
          rows={3}
          maxLength={8000}
          value={fields.description}
          onChange={(event) => set({ description: event.target.value })}
        />
      </Field>
      <div className="la2-note-row">
        <span>{fields.phone !== null && `${t("ticket.form.phone")}: ${formatPhoneNumber(fields.phone)}`}</span>
        <Button color="primary" type="submit" disabled={progress === "busy"}>
          {t(progress === "busy" ? "ticket.form.busy" : "ticket.form.submit")}
        </Button>
      </div>
    </form>
  );
}

type FieldProps = { id: string; label: TextKey; hint?: TextKey; children: ReactNode };

function Field({ id, label, hint, children }: FieldProps) {
  const { t } = useTexts();
  return (
    <div className="la2-field">
      <label htmlFor={id}>{t(label)}</label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="la2-hint">
          {t(hint)}
        </p>
      )}
    </div>
  );
}

function startingFields(phone: string | null, displayName: string | null): NewTicketFields {
  const words = (displayName ?? "").trim().split(/\s+/);
  return {
    subject: "",
    description: "",
    contactReason: "information",
    category: "cittadini_vita_pubblica",
    priority: "normal",
    givenName: words.length > 1 ? (words[0] ?? "") : "",
    familyName: words.length > 1 ? words.slice(1).join(" ") : (words[0] ?? ""),
    phone,
  };
}

function pick<T extends string>(known: readonly [T, ...T[]] | readonly T[], value: string): T {
  const found = known.find((one) => one === value) ?? known[0];
  if (found === undefined) throw new Error("an empty list has nothing to pick");
  return found;
}
