import { useTexts } from "../i18n/language.ts";
import { Icon } from "./Icon.tsx";
import type { TransferTariff } from "../domain/transfer/transfer-steps.ts";

const looks = {
  free: { chip: "good", icon: "check" },
  paid: { chip: "bad", icon: "warning-circle" },
  none: { chip: "quiet", icon: "ban" },
} as const;

/** What a transfer costs, said before it is made. */
export function TariffBadge({ tariff }: { tariff: TransferTariff }) {
  const { t } = useTexts();
  const { chip, icon } = looks[tariff];
  return (
    <span className={`la2-chip la2-chip-${chip}`}>
      <Icon name={icon} size="xs" />
      {t(`transfer.${tariff}`)}
    </span>
  );
}
