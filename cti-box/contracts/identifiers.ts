/** Shapes of the identifiers that travel between programs. */
import { z } from "zod";

/** 26 Crockford base-32 characters, made by the sender so that a retry is the same request (domain: TUPA contract). */
export const ulidSchema = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, "not a ULID");

/** RFC 7989 session identifier: 32 lower-case hexadecimal digits. The one identity of a citizen's contact. */
export const contactIdSchema = z.string().regex(/^[0-9a-f]{32}$/, "not a contact id (32 hex digits)");

/** IPA code of the administration, optionally with its organisational unit. */
export const officeIdSchema = z.string().regex(/^[a-z0-9_-]{2,32}(:[A-Z0-9]{6})?$/, "not an office id (IPA code)");

/** E.164 with plus sign; Italian geographic numbers keep their leading zero (+3906…). */
export const phoneNumberSchema = z.string().regex(/^\+[1-9][0-9]{4,14}$/, "not an E.164 number");

/** The same without its last four digits, for what is kept longer than the number. */
export const maskedPhoneNumberSchema = z.string().regex(/^\+[0-9]{0,11}\*{4}$/, "not a masked number");

export const operatorLoginSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "not a login");

export const timestampSchema = z.iso.datetime({ offset: false });
