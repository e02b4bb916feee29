/** Signs in from an address of its own: the box counts attempts by address, and a test has more operators than an address has attempts. */
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";

/** The answer's body. Throws with the status of a refusal. */
export async function signInFrom(localAddress: string, url: string, body: object): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const asked = request(`${url}/api/sessions`, { method: "POST", headers, localAddress });
  asked.end(JSON.stringify(body));
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  const answer = await json(response);
  if (response.statusCode !== 201) throw new Error(`sign-in: ${response.statusCode} ${JSON.stringify(answer)}`);
  return answer;
}
