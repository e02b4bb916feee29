/** Certificate and key files (PEM): read together, and followed while they are in use, so that new ones serve without a restart. */
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { BoundedLog } from "../log.ts";

export type CertificateFiles = {
  certFile: string;
  keyFile: string;
  /** Authorities that the other side's certificate has to come from. */
  caFile?: string | undefined;
};

const lookEveryMs = 1_000;

/** What is negotiated: TLS 1.2 and 1.3, forward secrecy and authenticated encryption only (RFC 9325 §3.1, §4.2). */
export const secureProtocol: SecureContextOptions = {
  minVersion: "TLSv1.2",
  honorCipherOrder: true,
  ciphers: [
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
  ].join(":"),
};

/** Throws, naming the files, when one cannot be read or key and certificate do not belong together. `what` says whose they are. */
export function readMaterial(files: CertificateFiles, what: string): SecureContextOptions {
  try {
    const { certFile, keyFile, caFile } = files;
    const ca = caFile === undefined ? {} : { ca: readFileSync(caFile) };
    const material = { ...secureProtocol, cert: readFileSync(certFile), key: readFileSync(keyFile), ...ca };
    createSecureContext(material);
    return material;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: ${files.certFile} and ${files.keyFile} cannot be used (${why})`, { cause: error });
  }
}

/** Looks at the files every second and hands over what is in them when they changed and fit together. Returns the way to stop that. */
export function followMaterial(
  files: CertificateFiles,
  taken: (material: SecureContextOptions) => void,
  { what, log }: { what: string; log: BoundedLog },
): () => void {
  const changed = (): void => {
    try {
      taken(readMaterial(files, what));
      log.write("info", `${what}: new certificate`, { file: files.certFile });
    } catch (error) {
      // One of two files is new, or half written: the other change brings us here again. Until then the old ones serve.
      log.write("warn", `${what}: certificate files cannot be used`, { error: String(error) });
    }
  };
  const followed = [files.certFile, files.keyFile, files.caFile].filter((file) => file !== undefined);
  for (const file of followed) watchFile(file, { interval: lookEveryMs, persistent: false }, changed);
  return () => {
    for (const file of followed) unwatchFile(file, changed);
  };
}

/** What is wrong with files that options name, each under its option's name. */
export function problemsOfFiles(files: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(files).flatMap(([name, file]) => {
    const problem = file === undefined ? null : unreadable(file);
    return problem === null ? [] : [`${name}: ${problem}`];
  });
}

function unreadable(file: string): string | null {
  try {
    readFileSync(file);
    return null;
  } catch (error) {
    return `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}
