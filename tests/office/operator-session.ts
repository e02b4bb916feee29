/** An operator signed in over the API, as the softphone's page is. */
import { callCardSchema, sessionSchema, type CallCard } from "@la2-cti/cti-box/contracts";
import { passwordOf } from "./office-config.ts";
import { signInFrom } from "./sign-in.ts";

export class OperatorSession {
  private readonly url: string;
  private readonly token: string;

  private constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  static async open(url: string, login: string): Promise<OperatorSession> {
    const response = await fetch(`${url}/api/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ login, password: passwordOf(login) }),
    });
    if (response.status !== 201) throw new Error(`sign-in of ${login}: ${response.status} ${await response.text()}`);
    return new OperatorSession(url, sessionSchema.parse(await response.json()).token);
  }

  /** From an address of its own (`sign-in.ts`). */
  static async openFrom(localAddress: string, url: string, login: string): Promise<OperatorSession> {
    const answer = await signInFrom(localAddress, url, { login, password: passwordOf(login) });
    return new OperatorSession(url, sessionSchema.parse(answer).token);
  }

  /** The same session at a box that was started again. */
  at(url: string): OperatorSession {
    return new OperatorSession(url, this.token);
  }

  /** The operator's cards. */
  async cards(): Promise<CallCard[]> {
    const response = await fetch(`${this.url}/api/calls`, { headers: { authorization: `Bearer ${this.token}` } });
    if (!response.ok) throw new Error(`cards: ${response.status} ${await response.text()}`);
    const { items } = (await response.json()) as { items: unknown };
    return callCardSchema.array().parse(items);
  }

  /** Status of the answer; 2xx means that the command was taken. */
  async command(method: "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<number> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  }
}
