/** Certificates for one test run: an authority, a server on 127.0.0.1 and a client, made with openssl in a folder that goes with `remove`. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type CertificatePair = { certFile: string; keyFile: string };

export type ThrowawayCertificates = {
  caFile: string;
  server: CertificatePair;
  client: CertificatePair;
  /** A client of an authority that nobody trusts. */
  stranger: CertificatePair;
  /** Another one of the authority, with these alternative names as openssl writes them: `URI:sip:office.example,DNS:…`; "" for none. */
  issue(name: string, alternatives: string): CertificatePair;
  /** One of the authority that is good between these days (`20200101`) alone. */
  issueDated(name: string, alternatives: string, days: readonly [from: string, until: string]): CertificatePair;
  remove(): void;
};

/** Throws when there is no openssl. */
export function makeCertificates(): ThrowawayCertificates {
  const folder = mkdtempSync(join(tmpdir(), "la2-certificates-"));
  const run = (...words: string[]): unknown => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const authority = (name: string): void => {
    run(
      "req",
      "-x509",
      ...curve,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.crt`,
      "-days",
      "2",
      "-subj",
      `/CN=${name}`,
    );
  };
  const issue = (name: string, by: string, alternatives = "IP:127.0.0.1,DNS:localhost"): CertificatePair => {
    writeFileSync(join(folder, `${name}.ext`), alternatives === "" ? "" : `subjectAltName=${alternatives}\n`);
    run("req", ...curve, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const signed = ["-CA", `${by}.crt`, "-CAkey", `${by}.key`, "-CAcreateserial", "-extfile", `${name}.ext`];
    run("x509", "-req", "-in", `${name}.csr`, ...signed, "-out", `${name}.crt`, "-days", "2");
    return { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
  };
  const issueDated: ThrowawayCertificates["issueDated"] = (name, alternatives, [from, until]) => {
    const pair = issue(name, "authority", alternatives);
    writeFileSync(join(folder, "index.txt"), "");
    writeFileSync(join(folder, "serial"), "7A");
    const settings =
      "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\npolicy=any\n[any]\n";
    writeFileSync(join(folder, "ca.cnf"), `${settings}commonName=supplied\n`);
    const dates = ["-startdate", `${from}000000Z`, "-enddate", `${until}000000Z`];
    const by = ["-cert", "authority.crt", "-keyfile", "authority.key", "-md", "sha256", "-extfile", `${name}.ext`];
    run("ca", "-batch", "-notext", "-config", "ca.cnf", ...by, ...dates, "-in", `${name}.csr`, "-out", `${name}.crt`);
    return pair;
  };
  authority("authority");
  authority("unknown");
  return {
    caFile: join(folder, "authority.crt"),
    server: issue("server", "authority"),
    client: issue("client", "authority"),
    stranger: issue("stranger", "unknown"),
    issue: (name, alternatives) => issue(name, "authority", alternatives),
    issueDated,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
