/** Certificate and key files (PEM): read together, and followed while they are in use, so that new ones serve without a restart. */
import { readFileSync, statSync } from "node:fs";
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

/** Certificate, key and authority as they are used now; new files are taken up as soon as they fit together. One owner closes it. */
export class FollowedMaterial {
  readonly #files: CertificateFiles;
  readonly #how: { what: string; log: BoundedLog };
  /** What the files looked like before they were read last. */
  #marks: string;
  #current: SecureContextOptions;
  #looking: NodeJS.Timeout | null = null;

  /** `what` says whose they are. Throws, naming the files, when one cannot be read or key and certificate do not belong together. */
  constructor(files: CertificateFiles, how: { what: string; log: BoundedLog }) {
    this.#files = files;
    this.#how = how;
    this.#marks = marksOf(files);
    this.#current = this.#read();
  }

  get current(): SecureContextOptions {
    return this.#current;
  }

  /** Looks at the files every second from now on; `taken` gets what is new in them. */
  follow(taken: (material: SecureContextOptions) => void): this {
    this.#looking = setInterval(() => this.#look(taken), lookEveryMs).unref();
    return this;
  }

  close(): void {
    if (this.#looking !== null) clearInterval(this.#looking);
    this.#looking = null;
  }

  #look(taken: (material: SecureContextOptions) => void): void {
    const marks = marksOf(this.#files);
    if (marks === this.#marks) return;
    this.#marks = marks;
    const { what, log } = this.#how;
    try {
      this.#current = this.#read();
      taken(this.#current);
      log.write("info", `${what}: new certificate`, { file: this.#files.certFile });
    } catch (error) {
      // One of two files is new, or half written: the other change brings us here again. Until then the old ones serve.
      log.write("warn", `${what}: certificate files cannot be used`, { error: String(error) });
    }
  }

  #read(): SecureContextOptions {
    const { certFile, keyFile, caFile } = this.#files;
    try {
      const ca = caFile === undefined ? {} : { ca: readFileSync(caFile) };
      const material = { ...secureProtocol, cert: readFileSync(certFile), key: readFileSync(keyFile), ...ca };
      createSecureContext(material);
      return material;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.#how.what}: ${certFile} and ${keyFile} cannot be used (${why})`, { cause: error });
    }
  }
}

/**
 * Another file, another size or another time: a new one. Not `watchFile`: that looks for the first time a moment after it is called, and takes what was
 * written in between for old.
 */
function marksOf({ certFile, keyFile, caFile }: CertificateFiles): string {
  const marks = [certFile, keyFile, caFile].map((file) => {
    const stat = file === undefined ? undefined : statSync(file, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? "" : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
  });
  return marks.join(",");
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
