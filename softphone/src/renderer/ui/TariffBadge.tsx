import { useTexts } from "../i18n/language.ts";
import { Icon } from "./Icon.tsx";

/** Whether a transfer costs nothing, said before it is made. */
export function TariffBadge({ isFree }: { isFree: boolean }) {
  const { t } = useTexts();
  return (
    <span className={`la2-chip la2-chip-${isFree ? "good" : "quiet"}`}>
      <Icon name={isFree ? "check" : "ban"} size="xs" />
      {t(isFree ? "transfer.free" : "transfer.none")}
    </span>
  );
}
