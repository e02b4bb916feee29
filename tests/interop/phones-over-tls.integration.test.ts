import { afterAll } from "vitest";
import { makeCertificates } from "../../cti-box/sip-engine/testing/throwaway-certificates.ts";
import { describePhoneCalls } from "./phone-calls.contract.ts";

const certificates = makeCertificates();
afterAll(() => certificates.remove());

describePhoneCalls({
  transport: "tls",
  authorityFile: certificates.caFile,
  engineAt: (host) => ({
    contacts: [`sips:${host}:5061;transport=tls`],
    // Linphone's mbedTLS looks for an address among the names only.
    tls: certificates.issue(host, `IP:${host},DNS:${host}`),
  }),
});
