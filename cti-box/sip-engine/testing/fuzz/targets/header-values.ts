/** Access to the values of headers: lists, URIs, addresses, parameters, Via. */
import { splitList } from "../../../message/header-list.ts";
import {
  isNameAddress,
  isSipUri,
  parseNameAddress,
  parseParams,
  parseSipUri,
  tagOf,
  withTag,
} from "../../../message/sip-uri.ts";
import { parseVia, withReceived } from "../../../message/via.ts";
import { linesIn } from "../corpus.ts";
import { promise, type FuzzTarget } from "../fuzz-target.ts";
import { sipWords } from "../words.ts";

export function headerValues(): FuzzTarget {
  return { seeds: linesIn("header-values.txt"), words: sipWords, run };
}

/** As they stand in a message that was read: without line feeds, without blanks around. */
function run(input: Buffer): void {
  const value = input.toString("utf8").replace(/\n/g, " ").trim();
  const parts = splitList(value);
  promise(parts.join("").length <= value.length, "a list has nothing that was not in it");
  for (const part of parts) checkAddress(part);
  checkAddress(value);
  checkVia(parts[0] ?? value);
  parseParams(value);
  const uri = parseSipUri(value);
  promise(uri === null || isSipUri(value), "a URI that has parts is one");
  if (uri !== null) promise(uri.host !== "" && !/[\s%]/.test(uri.host), "a host has no blanks and no zone");
}

function checkAddress(value: string): void {
  parseNameAddress(value);
  tagOf(value);
  if (!isNameAddress(value) || tagOf(value) !== null) return;
  const tagged = withTag(value, "our-tag");
  promise(tagOf(tagged) === "our-tag", `a tag that is put on reads back (${tagged})`);
  promise(parseNameAddress(tagged).uri === parseNameAddress(value).uri, `a tag leaves the URI as it is (${tagged})`);
}

function checkVia(value: string): void {
  const via = parseVia(value);
  if (via === null) return;
  const completed = withReceived(value, via, { address: "198.51.100.7", port: 4_444 });
  const again = parseVia(completed);
  promise(again !== null, `a completed Via reads back (${completed})`);
  promise(again.host === via.host && again.port === via.port, `a completed Via keeps its place (${completed})`);
  promise(again.params.get("branch") === via.params.get("branch"), `a completed Via keeps its branch (${completed})`);
}
