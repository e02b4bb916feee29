/** The application of the benchmark, on the plain drachtio-srf package: node back-to-back.ts CONTROL-PORT SECRET. The called user `a.b.c.d-port` names the callee. */
import Srf from "drachtio-srf";

const [port = "", secret = ""] = process.argv.slice(2);
const srf = new Srf();
srf.on("connect", (error?: Error) => process.stdout.write(error ? `refused: ${error.message}\n` : "connected\n"));
srf.on("error", (error: Error) => process.stderr.write(`${error.message}\n`));
srf.invite((req, res) => void connectBoth(req, res));
srf.use("register", (req: Srf.SrfRequest, res: Srf.SrfResponse) => {
  res.send(200, { headers: { Contact: req.get("Contact"), Expires: "60" } });
});
void srf.connect({ host: "127.0.0.1", port: Number(port), secret });

async function connectBoth(req: Srf.SrfRequest, res: Srf.SrfResponse): Promise<void> {
  const [, host, at] = /^sip:([\d.]+)-(\d+)@/.exec(req.uri) ?? [];
  try {
    const { uas, uac } = await srf.createB2BUA(req, res, `sip:${host}:${at}`, { localSdpB: req.body });
    uas.on("destroy", () => uac.destroy());
    uac.on("destroy", () => uas.destroy());
  } catch {
    // The refusal has reached the caller; sipp counts it.
  }
}
