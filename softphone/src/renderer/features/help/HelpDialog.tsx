import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { shortcuts } from "../../ui/shortcuts.ts";

/** The list of shortcuts. */
export function HelpDialog({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const { t } = useTexts();
  return (
    <Dialog isOpen={isOpen} close={close} titleId="help-title" title={t("help.title")}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("help.keys")}</th>
            <th scope="col">{t("help.action")}</th>
          </tr>
        </thead>
        <tbody>
          {shortcuts.map((shortcut) => (
            <tr key={shortcut.action}>
              <td>
                {shortcut.letters.map((letter, index) => (
                  <span key={letter}>
                    {index > 0 && " / "}
                    <kbd>Ctrl</kbd>+<kbd>Shift</kbd>+<kbd>{letter}</kbd>
                  </span>
                ))}
              </td>
              <td>{t(shortcut.label)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="la2-hint">{t("help.escape")}</p>
      <Button color="primary" onClick={close}>
        {t("help.close")}
      </Button>
    </Dialog>
  );
}
