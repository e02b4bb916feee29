/** The whole screen: which of its parts is shown follows from the session alone. */
import { useState } from "react";
import { DeskScreen } from "./DeskScreen.tsx";
import { PageHeader } from "./features/header/PageHeader.tsx";
import { HandlingDialog } from "./features/handling/HandlingDialog.tsx";
import { HelpDialog } from "./features/help/HelpDialog.tsx";
import { SignInScreen } from "./features/sign-in/SignInScreen.tsx";
import { TakenOverScreen } from "./features/sign-in/TakenOverScreen.tsx";
import { useTexts } from "./i18n/language.ts";
import { usePhone } from "./ui/softphone-context.tsx";

export function App() {
  const { t } = useTexts();
  const session = usePhone((phone) => phone.session);
  const [dialog, setDialog] = useState<"none" | "help" | "handling">("none");
  const closeDialog = (): void => setDialog("none");
  return (
    <>
      <a className="la2-skip" href="#main">
        {t("app.skip")}
      </a>
      <PageHeader openHelp={() => setDialog("help")} openHandling={() => setDialog("handling")} />
      {session.kind === "signed-in" && <DeskScreen key={session.session.token} />}
      {session.kind === "taken-over" && <TakenOverScreen />}
      {session.kind !== "signed-in" && session.kind !== "taken-over" && <SignInScreen />}
      <HelpDialog isOpen={dialog === "help"} close={closeDialog} />
      {session.kind === "signed-in" && <HandlingDialog isOpen={dialog === "handling"} close={closeDialog} />}
    </>
  );
}
