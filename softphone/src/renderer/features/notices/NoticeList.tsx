import { useTexts } from "../../i18n/language.ts";
import { callerLine } from "../../ui/caller-text.ts";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";
import { momentText } from "../../ui/time-text.ts";
import type { Notice } from "../../domain/notice/notices.ts";
import type { Texts } from "../../i18n/language.ts";

/** Missed calls and commands that did not work: quiet lines, announced politely. */
export function NoticeList() {
  const texts = useTexts();
  const { dismiss } = useSoftphone();
  const notices = usePhone((phone) => phone.notices);
  return (
    <div role="status" aria-label={texts.t("notice.title")} className="la2-notices">
      {notices.map((notice) => (
        <div key={notice.noticeId} className="la2-notice" data-notice={notice.kind}>
          <Icon name={notice.kind === "problem" ? "warning-circle" : "telephone"} />
          <span className="la2-notice-text">
            {noticeText(notice, texts)} <span className="la2-hint">{momentText(notice.atMs, texts.language)}</span>
          </span>
          <button
            type="button"
            className="la2-icon-button"
            aria-label={texts.t("notice.dismiss")}
            onClick={() => dismiss({ type: "notice-dismissed", noticeId: notice.noticeId })}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}

function noticeText(notice: Notice, texts: Texts): string {
  if (notice.kind === "problem") return texts.tOr(notice.text, "problem.box-away");
  if (notice.kind === "recall-missed") return texts.t("notice.recall-missed", notice);
  const caller = callerLine(notice.caller, texts.t);
  if (notice.why === "caller-gave-up") return texts.t("notice.missed.caller-gave-up", { caller });
  if (notice.why === "unreachable") return texts.t("notice.missed.unreachable", { caller });
  return texts.t("notice.missed.no-answer", { caller });
}
