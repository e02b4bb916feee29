import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

type Props = { isOpen: boolean; close: () => void; titleId: string; title: string; children: ReactNode };

/** A native dialog: the browser keeps the focus inside and gives it back. */
export function Dialog({ isOpen, close, titleId, title, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} className="la2-dialog" aria-labelledby={titleId} onClose={close}>
      <h2 id={titleId} className="h4">
        {title}
      </h2>
      {children}
    </dialog>
  );
}
