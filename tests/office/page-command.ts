/** A command over the API with the page's own session, which an operator has one of. */
import type { Page } from "playwright-core";

type PageCommand = { method: "POST" | "PUT"; path: string; body: object };

/** The status of the answer. */
export function pageCommand(page: Page, { method, path, body }: PageCommand): Promise<number> {
  return page.evaluate(
    async ([how, where, what]) => {
      const token = sessionStorage.getItem("la2-session") ?? "";
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const answer = await fetch(where, { method: how === "PUT" ? "PUT" : "POST", headers, body: what });
      return answer.status;
    },
    [method, path, JSON.stringify(body)] as const,
  );
}
