/** The proof of a password that carriers ask for. */
import { expect, it } from "vitest";
import { digestProof } from "./digest-proof.ts";

// The example of RFC 7616 §3.9.1.
const request = {
  username: "Mufasa",
  password: "Circle of Life",
  method: "GET",
  uri: "/dir/index.html",
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
};
const challenge = (algorithm: string): string =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", ${algorithm}nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
const sha256 = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
const md5 = "8ca523f5e9506fed4657c9700eebdbec";

it.each([
  ["SHA-256", challenge("algorithm=SHA-256, "), sha256],
  ["MD5", challenge("algorithm=MD5, "), md5],
  ["no algorithm named", challenge(""), md5],
  ["the better one on top", `${challenge("algorithm=SHA-256, ")}, ${challenge("algorithm=MD5, ")}`, sha256],
  ["one that nobody knows on top", `${challenge("algorithm=SHA-512-256, ")}, ${challenge("algorithm=MD5, ")}`, md5],
  ["another way of writing", challenge("algorithm=md5, ").replace("Digest", "DIGEST"), md5],
])("%s", (_what, header, response) => {
  const proof = digestProof(header, request);
  expect(proof).toContain(`response="${response}"`);
  expect(proof).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
  expect(proof).toMatch(/^Digest username="Mufasa", realm="http-auth@example\.org", .*qop=auth, nc=00000001, cnonce="/);
});

it("a challenge without qop is answered in the old way (RFC 2069)", () => {
  const proof = digestProof('Digest realm="r", nonce="n"', {
    username: "u",
    password: "p",
    method: "REGISTER",
    uri: "sip:x",
  });
  expect(proof).toContain('response="f1360bea1a4221b5ee937bec4052dd1b"');
  expect(proof).not.toContain("qop");
});

it("an algorithm that is not known cannot be answered", () => {
  expect(digestProof(challenge("algorithm=SHA-512-256, "), request)).toBeNull();
});
