import { useState } from "react";
import type { FormEvent } from "react";
import { Button } from "design-react-kit";
import { useTexts } from "../../i18n/language.ts";
import { Message } from "../../ui/Message.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { usePhone, useSoftphone } from "../../ui/softphone-context.tsx";

/** Sign-in with the office's credentials; one-time links sign in before this is ever seen. */
export function SignInScreen() {
  const { t } = useTexts();
  const { session } = useSoftphone();
  const state = usePhone((phone) => phone.session);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const isBusy = state.kind === "signing-in" || state.kind === "restoring";
  const problem = state.kind === "signed-out" ? state.problem : null;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isBusy) return;
    void session.signIn({ login: login.trim().toLowerCase(), password });
  };

  return (
    <main id="main" className="la2-sign-in" tabIndex={-1} data-session-state={state.kind}>
      <form className="la2-box" onSubmit={submit} aria-busy={isBusy}>
        <h1 className="h3">{t("sign-in.title")}</h1>
        <p>{t("sign-in.lead")}</p>
        <div role="alert">
          {problem !== null && <Message color="danger">{t(`sign-in.problem.${problem}`)}</Message>}
        </div>
        <div className="la2-field">
          <label htmlFor="sign-in-login">{t("sign-in.login")}</label>
          <input
            id="sign-in-login"
            className="form-control"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={login}
            onChange={(event) => setLogin(event.target.value)}
          />
        </div>
        <div className="la2-field">
          <label htmlFor="sign-in-password">{t("sign-in.password")}</label>
          <input
            id="sign-in-password"
            className="form-control"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </div>
        <p className="la2-hint la2-hint-icon">
          <Icon name="info-circle" />
          <span>{t("sign-in.microphone-hint")}</span>
        </p>
        <Button color="primary" type="submit" disabled={isBusy} block>
          {isBusy ? t("sign-in.busy") : t("sign-in.submit")}
        </Button>
      </form>
    </main>
  );
}
