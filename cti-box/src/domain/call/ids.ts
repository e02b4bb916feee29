/**
 * Identifiers of the call core. Branded so that a leg can never be passed where a call is meant.
 * `ContactId` is the RFC 7989 session identifier (32 lower-case hex digits): one per citizen's contact, it survives queues, transfers and offices.
 */
export type CallId = string & { readonly __brand: "CallId" };
export type LegId = string & { readonly __brand: "LegId" };
export type ContactId = string & { readonly __brand: "ContactId" };
export type TransferId = string & { readonly __brand: "TransferId" };
export type OperatorId = string & { readonly __brand: "OperatorId" };
