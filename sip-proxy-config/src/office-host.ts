/** The host name under which an office is called in the network. The boxes write the same name into the request-URI of a transfer. */

/** `c_b180:AB12CD` below `voip.la2.example` is `c-b180.ab12cd.voip.la2.example`. Lower case, because host names compare without case. */
export function hostOfOffice(officeId: string, domain: string): string {
  return `${officeId.replaceAll("_", "-").replaceAll(":", ".")}.${domain}`.toLowerCase();
}
