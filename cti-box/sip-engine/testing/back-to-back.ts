/** A small application of drachtio-srf for tests: joins each caller with one callee and passes on what is said inside the call. */
import type Srf from "drachtio-srf";

export type BackToBack = { failures: Map<number, number>; ended: number };

export type CallOptions = {
  auth?: { username: string; password: string };
  /** Next hop of the calls, whatever the target says. */
  proxy?: string;
  /** Headers that are passed on, with the INVITE and with its answers. */
  proxyRequestHeaders?: string[];
  proxyResponseHeaders?: string[];
};

/** Every INVITE is called on to `target`, or to what `target` makes of its request-URI; the counts grow as calls fail or end. */
export function joinCalls(srf: Srf, target: string | ((uri: string) => string), more: CallOptions = {}): BackToBack {
  const counts: BackToBack = { failures: new Map(), ended: 0 };
  srf.invite((req, res) => {
    void (async () => {
      try {
        const callee = typeof target === "string" ? target : target(req.uri);
        const sides = await srf.createB2BUA(req, res, callee, { localSdpB: req.body, ...more });
        passOn(sides.uas, sides.uac, counts);
        passOn(sides.uac, sides.uas, counts);
      } catch (error) {
        const status = (error as { status?: number }).status ?? 0;
        counts.failures.set(status, (counts.failures.get(status) ?? 0) + 1);
      }
    })();
  });
  return counts;
}

function passOn(from: Srf.Dialog, to: Srf.Dialog, counts: BackToBack): void {
  from.on("destroy", () => {
    counts.ended += 1;
    // The other side may have ended it at the same moment: then there is no dialog any more.
    to.destroy({ headers: {} }, () => undefined);
  });
  from.on("modify", (req, res) => {
    to.modify(req.body).then(
      (sdp) => res.send(200, { body: sdp }),
      () => res.send(488),
    );
  });
  from.on("info", (req, res) => {
    const content = { "Content-Type": req.get("content-type") };
    // Answered with the other side's answer, so that what is said in order arrives in order.
    const passed = to.request({ method: "INFO", headers: content, body: req.body } as unknown as Srf.SrfRequest);
    (passed as unknown as Promise<{ status: number }>).then(
      ({ status }) => res.send(status),
      () => res.send(500),
    );
  });
}
