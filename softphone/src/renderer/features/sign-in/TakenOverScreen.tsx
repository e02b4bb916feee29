import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { useSoftphone } from "../../ui/softphone-context.tsx";

/** Another page answers for this operator; one page at a time has the telephone. */
export function TakenOverScreen() {
  const { t } = useTexts();
  const { session } = useSoftphone();
  return (
    <main id="main" className="la2-sign-in" tabIndex={-1} data-session-state="taken-over">
      <div className="la2-box" role="alert">
        <h1 className="h3">{t("taken-over.title")}</h1>
        <p>{t("taken-over.text")}</p>
        <Button color="primary" onClick={() => session.takeOver()}>
          {t("taken-over.button")}
        </Button>
      </div>
    </main>
  );
}
