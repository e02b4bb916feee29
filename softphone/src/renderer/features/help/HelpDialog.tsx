import { useEffect, useRef } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { shortcuts } from "../../ui/shortcuts.ts";

/** The list of shortcuts. A native dialog: the browser keeps the focus inside and gives it back. */
export function HelpDialog({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} className="la2-dialog" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title" className="h4">
        {t("help.title")}
      </h2>
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
    </dialog>
  );
}
