/** Forwarding and do not disturb. */
import { useId, useState } from "react";
import { Button } from "design-react-kit";
import { choiceOf, ringChoices, targetOf } from "../../domain/session/call-handling.ts";
import { nameOfColleague } from "../../domain/office/office-now.ts";
import { useTexts } from "../../i18n/language.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { useDirectory } from "../../ui/use-directory.ts";
import type { Directory } from "../../domain/session/session.ts";
import type { CallHandling, ForwardTarget } from "../../domain/session/call-handling.ts";

export function HandlingDialog({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const { t } = useTexts();
  const handling = usePhone((phone) => phone.callHandling);
  return (
    <Dialog isOpen={isOpen} close={close} titleId="handling-title" title={t("handling.title")}>
      <p className="la2-hint">{t("handling.explained")}</p>
      {isOpen && handling !== null && <HandlingForm key={JSON.stringify(handling)} handling={handling} close={close} />}
    </Dialog>
  );
}

const usualRingSeconds = 20;

function HandlingForm({ handling, close }: { handling: CallHandling; close: () => void }) {
  const { t } = useTexts();
  const { session } = useSoftphone();
  const search = useDirectory("");
  const colleagues = search.kind === "found" ? search.directory.operators : [];
  const [wish, setWish] = useState(handling);
  const { noAnswer } = wish;
  const [ringSeconds, setRingSeconds] = useState(noAnswer?.afterSeconds ?? usualRingSeconds);
  const save = async (): Promise<void> => {
    const timed = noAnswer === null ? null : { ...noAnswer, afterSeconds: ringSeconds };
    if (await session.setCallHandling({ ...wish, noAnswer: timed })) close();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label className="la2-check">
        <input
          type="checkbox"
          checked={wish.doNotDisturb}
          onChange={({ target }) => setWish({ ...wish, doNotDisturb: target.checked })}
        />{" "}
        {t("handling.disturb")}
      </label>
      <p className="la2-hint">{t("handling.disturb.explained")}</p>
      <label className="la2-check">
        <input
          type="checkbox"
          checked={wish.callWaiting}
          onChange={({ target }) => setWish({ ...wish, callWaiting: target.checked })}
        />{" "}
        {t("handling.waiting")}
      </label>
      <p className="la2-hint">{t("handling.waiting.explained")}</p>
      <TargetChoice
        label={t("handling.always")}
        colleagues={colleagues}
        target={wish.always}
        choose={(always) => setWish({ ...wish, always })}
      />
      <TargetChoice
        label={t("handling.busy")}
        colleagues={colleagues}
        target={wish.busy}
        choose={(busy) => setWish({ ...wish, busy })}
      />
      <TargetChoice
        label={t("handling.no-answer")}
        colleagues={colleagues}
        target={noAnswer?.target ?? null}
        choose={(target) =>
          setWish({ ...wish, noAnswer: target === null ? null : { target, afterSeconds: ringSeconds } })
        }
      />
      {noAnswer !== null && <RingChoice seconds={ringSeconds} choose={setRingSeconds} />}
      <div>
        <Button color="primary" type="submit">
          {t("handling.save")}
        </Button>{" "}
        <Button color="primary" outline type="button" onClick={close}>
          {t("handling.cancel")}
        </Button>
      </div>
    </form>
  );
}

function TargetChoice(props: {
  label: string;
  colleagues: Directory["operators"];
  target: ForwardTarget | null;
  choose: (target: ForwardTarget | null) => void;
}) {
  const { t } = useTexts();
  const id = useId();
  const state = usePhone((phone) => phone.session);
  const own = state.kind === "signed-in" ? state.session.operator : null;
  const office = usePhone((phone) => phone.office);
  const chosen = choiceOf(props.target);
  const [, chosenName = ""] = chosen.split(":");
  const choices = [
    ...props.colleagues
      .filter(({ login }) => login !== own?.login)
      .map(({ login, displayName, extension }) => [`operator:${login}`, `${displayName} (${extension})`] as const),
    ...(own?.queues ?? []).map(
      ({ queueId, label }) => [`queue:${queueId}`, t("handling.queue", { queue: label })] as const,
    ),
  ];
  // What is set stays to be seen while the directory is not there, or where it is no choice of this operator's.
  const isListed = chosen === "none" || choices.some(([value]) => value === chosen);
  return (
    <div className="la2-field">
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        className="form-select"
        value={chosen}
        onChange={({ target }) => props.choose(targetOf(target.value))}
      >
        <option value="none">{t("handling.nowhere")}</option>
        {!isListed && <option value={chosen}>{nameOfColleague(office, chosenName)}</option>}
        {choices.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

function RingChoice({ seconds, choose }: { seconds: number; choose: (seconds: number) => void }) {
  const { t } = useTexts();
  const id = useId();
  const choices = [...new Set([...ringChoices, seconds])].toSorted((one, other) => one - other);
  return (
    <div className="la2-field">
      <label htmlFor={id}>{t("handling.after")}</label>
      <select id={id} className="form-select" value={seconds} onChange={({ target }) => choose(Number(target.value))}>
        {choices.map((one) => (
          <option key={one} value={one}>
            {t("handling.seconds", { seconds: one })}
          </option>
        ))}
      </select>
    </div>
  );
}
