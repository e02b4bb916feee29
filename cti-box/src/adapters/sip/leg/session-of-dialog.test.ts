/** What a dialog remembers of its session timer, and says again. */
import { describe, expect, it } from "vitest";
import { answerInSession, askInSession, beginSession, heardInSession } from "./session-of-dialog.ts";
import type { SipDialog, SipHeaders } from "../drachtio.ts";

const message = (expires?: string) => ({ get: (name: string) => (name === "session-expires" ? expires : undefined) });

function dialogOf(type: "uac" | "uas", told: { req?: string; res?: string }, terms: SipHeaders = {}): SipDialog {
  const dialog = { type, req: message(told.req), res: message(told.res) } as unknown as SipDialog;
  return beginSession(dialog, terms);
}
const wished: SipHeaders = { Supported: "timer, replaces", "Session-Expires": "600;refresher=uas" };

describe("a call's session timer", () => {
  it.each<[string, SipDialog, SipDialog["sessionTimer"]]>([
    [
      "is what the far end's 200 says",
      dialogOf("uac", { res: "90;refresher=uas" }),
      { seconds: 90, refresher: "them" },
    ],
    ["is none where that says none", dialogOf("uac", { req: "90" }), null],
    ["is what our 200 says for the trunk", dialogOf("uas", { req: "1800" }, wished), { seconds: 600, refresher: "us" }],
    ["is what the caller asks for", dialogOf("uas", { req: "90;refresher=uac" }), { seconds: 90, refresher: "them" }],
    ["is the stack's where the caller leaves it open", dialogOf("uas", { req: "90" }), null],
    [
      "is none where the trunk wants none",
      dialogOf("uas", { req: "90;refresher=uac" }, { Supported: "replaces" }),
      null,
    ],
  ])("%s", (_what, dialog, agreed) => {
    expect(dialog.sessionTimer).toEqual(agreed);
  });

  it("goes into our requests, beside what else they say that we support", () => {
    const dialog = dialogOf("uac", { res: "90;refresher=uas" });
    expect(askInSession(dialog, { Supported: "from-change" })).toEqual({
      Supported: "from-change, timer",
      "Session-Expires": "90;refresher=uas",
    });
    heardInSession(dialog, message("300;refresher=uac"));
    expect(askInSession(dialog, {})["Session-Expires"]).toBe("300;refresher=uac");
    heardInSession(dialog, message());
    expect(askInSession(dialog, {})["Session-Expires"]).toBe("300;refresher=uac");
    expect(askInSession(dialogOf("uac", {}), { Supported: "from-change" })).toEqual({ Supported: "from-change" });
  });

  it("goes into our answers where the far end asks for one, and is given up where it does not", () => {
    const dialog = dialogOf("uas", { req: "1800" }, wished);
    expect(answerInSession(dialog, message("300;refresher=uac"))).toEqual({
      Supported: "timer, replaces",
      Require: "timer",
      "Session-Expires": "300;refresher=uac",
    });
    expect(dialog.sessionTimer).toEqual({ seconds: 300, refresher: "them" });
    expect(answerInSession(dialog, message())).toEqual({ Supported: "timer, replaces" });
    expect(dialog.sessionTimer).toBeNull();
  });

  it("is not agreed to where the trunk wants none", () => {
    const dialog = dialogOf("uas", {}, { Supported: "replaces" });
    expect(answerInSession(dialog, message("300;refresher=uac"))).toEqual({ Supported: "replaces" });
    expect(dialog.sessionTimer).toBeNull();
  });
});
