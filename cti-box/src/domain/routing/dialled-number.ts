/**
 * What somebody dials, read by the Italian numbering plan (AGCOM delibera 8/15/CIR): its kind decides who may dial it and over which trunk.
 * Geographic numbers keep their zero (06 8288… is +39068288…), short codes stay as they are (112, 1500): no country code makes sense there.
 */

export type NumberKind =
  | "emergency"
  /** Public services and carriers' own codes: 116117, 1500, 4-digit and longer codes that begin with 4. */
  | "short-code"
  | "geographic"
  | "mobile"
  /** 800 and 803. */
  | "freephone"
  /** 84x, 178, 199. */
  | "shared-cost"
  /** 89x, 12xx, 144, 166, 70x, televoting, satellite and international premium codes. */
  | "premium"
  /** Nomadic numbers (5…). */
  | "nomadic"
  | "international";

/** `number`: E.164 with plus sign, or the digits of a short code. */
export type DialledNumber = { number: string; kind: NumberKind };

const emergencyNumbers = new Set(["112", "113", "114", "115", "117", "118", "1515", "1530"]);

/** National significant numbers by form; the first that fits counts. */
const nationalForms: readonly (readonly [RegExp, NumberKind])[] = [
  [/^(892\d{3,6}|89[345]\d{3,6}|899\d{6}|12\d{2}|1[46][46]\d{3,6}|70[0-9]\d{4,8}|0878\d{2,7})$/, "premium"],
  [/^(84[0178]\d{3,6}|199\d{6}|178\d{5,8})$/, "shared-cost"],
  [/^80[03]\d{3,6}$/, "freephone"],
  [/^(1\d{2,5}|4\d{2,5})$/, "short-code"],
  [/^0[1-9]\d{4,9}$/, "geographic"],
  [/^3\d{8,9}$/, "mobile"],
  [/^5\d{8,9}$/, "nomadic"],
];

/** Null: no number that can be dialled from Italy. */
export function readDialled(text: string): DialledNumber | null {
  const bare = text.replace(/^tel:/i, "").replaceAll(/[\s().\-/]/g, "");
  const [, prefix = "", digits = ""] = /^(\+|00)?(\d+)$/.exec(bare) ?? [];
  if (digits === "") return null;
  if (prefix === "") return readNational(digits);
  return digits.startsWith("39") ? readNational(digits.slice(2)) : readForeign(digits);
}

export function isEmergency(number: string): boolean {
  return emergencyNumbers.has(number);
}

function readNational(digits: string): DialledNumber | null {
  if (emergencyNumbers.has(digits)) return { number: digits, kind: "emergency" };
  const kind = nationalForms.find(([form]) => form.test(digits))?.[1];
  if (kind === undefined) return null;
  const isShort = digits.startsWith("1") && digits.length <= 6;
  return { number: isShort || kind === "short-code" ? digits : `+39${digits}`, kind };
}

/** Satellite (870, 881, 882, 883) and shared premium codes (979, 808) cost as much as premium numbers. */
function readForeign(digits: string): DialledNumber | null {
  if (!/^[1-9]\d{6,14}$/.test(digits)) return null;
  return { number: `+${digits}`, kind: /^(870|88[123]|979|808)/.test(digits) ? "premium" : "international" };
}
