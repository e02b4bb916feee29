/** Big figures, to be read from the other end of the room. Only numbers of queues and of the office. */
import { useEffect, useState } from "react";
import { filled, wallboardTexts, type WallboardTexts } from "../../i18n/wallboard-texts.ts";
import { longestWaitMs, nextSpoken } from "../../domain/wallboard/wallboard.ts";
import type { QueueNumbers, Spoken, WallboardState } from "../../domain/wallboard/wallboard.ts";
import { clockText } from "../../ui/time-text.ts";

type Language = "it" | "en";
type Shown = Extract<WallboardState, { kind: "shown" }>;

export function Wallboard({ state, language }: { state: WallboardState; language: Language }) {
  const texts = wallboardTexts[language];
  const nowMs = useNow();
  return (
    <>
      <header className="wb-header">
        <h1>{state.kind === "shown" ? state.numbers.officeLabel : texts.title}</h1>
        <time className="wb-time">{timeText(nowMs, language)}</time>
      </header>
      <main>
        {state.kind === "connecting" && <p className="wb-message">{texts.connecting}</p>}
        {state.kind === "refused" && (
          <p className="wb-message" role="alert">
            {texts.refused}
          </p>
        )}
        {state.kind === "shown" && <Numbers shown={state} texts={texts} language={language} nowMs={nowMs} />}
      </main>
      <footer className="wb-footer">
        <a href={language === "it" ? "?lang=en" : "?"} lang={language === "it" ? "en" : "it"}>
          {texts.otherLanguage}
        </a>
      </footer>
    </>
  );
}

type NumbersProps = { shown: Shown; texts: WallboardTexts; language: Language; nowMs: number };

function Numbers({ shown, texts, language, nowMs }: NumbersProps) {
  const { numbers, line, heardAtMs } = shown;
  return (
    <>
      {line === "lost" && (
        <p className="wb-lost" role="alert">
          <span aria-hidden="true">⚠ </span>
          {filled(texts.lost, { time: timeText(heardAtMs, language) })}
        </p>
      )}
      <div className="wb-queues" data-queues={Math.min(numbers.queues.length, 4)}>
        {numbers.queues.map((queue) => (
          <Queue key={queue.queueId} queue={queue} wait={longestWaitMs(queue, shown, nowMs)} texts={texts} />
        ))}
      </div>
      <Announcer shown={shown} texts={texts} nowMs={nowMs} />
    </>
  );
}

function Queue({ queue, wait, texts }: { queue: QueueNumbers; wait: number | null; texts: WallboardTexts }) {
  const headingId = `queue-${queue.queueId}`;
  const { averageWaitSeconds, operators } = queue;
  return (
    <section className="wb-queue" aria-labelledby={headingId}>
      <h2 id={headingId}>{queue.label}</h2>
      <dl className="wb-now" aria-label={texts.now}>
        <Figure name={texts.waiting} value={queue.waiting} kind={queue.waiting > 0 ? "waiting" : "calm"} />
        <Figure name={texts.longestWait} value={wait === null ? "–" : clockText(wait)} kind="calm" />
        <Figure name={texts.talking} value={queue.talking} kind="calm" />
        {queue.callbacks !== null && <Figure name={texts.callbacks} value={queue.callbacks} kind="calm" />}
        {operators !== null && <Figure name={texts.operatorsFree} value={operators.free} kind="calm" />}
      </dl>
      <h3>{texts.today}</h3>
      <dl className="wb-today">
        <Figure name={texts.answered} value={queue.answered} kind="small" />
        <Figure name={texts.abandoned} value={queue.abandoned} kind="small" />
        <Figure name={texts.turnedAway} value={queue.turnedAway} kind="small" />
        <Figure
          name={texts.averageWait}
          value={averageWaitSeconds === null ? "–" : clockText(averageWaitSeconds * 1_000)}
          kind="small"
        />
      </dl>
    </section>
  );
}

function Figure({ name, value, kind }: { name: string; value: number | string; kind: "waiting" | "calm" | "small" }) {
  return (
    <div className={`wb-figure wb-figure-${kind}`}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** For screen readers: who waits where, when it changed, at most once a minute. The figures themselves are read on demand. */
function Announcer({ shown, texts, nowMs }: { shown: Shown; texts: WallboardTexts; nowMs: number }) {
  const [spoken, setSpoken] = useState<Spoken | null>(null);
  const text = shown.numbers.queues
    .map(({ label, waiting }) => filled(texts.spoken, { queue: label, count: waiting }))
    .join(" ");
  useEffect(() => setSpoken((before) => nextSpoken(before, text, nowMs)), [text, nowMs]);
  return (
    <p className="wb-spoken" aria-live="polite">
      {spoken?.text}
    </p>
  );
}

function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

function timeText(atMs: number, language: Language): string {
  const locale = language === "it" ? "it-IT" : "en-GB";
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(atMs);
}
