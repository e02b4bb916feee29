/** What is between the box and the far end of a leg in the middle of a call. */

/** Who is at one end of a call, for the phone at the other one. `user`: a number (E.164), an extension or an office's id; null: not known. */
export type ConnectedIdentity = { user: string | null; displayName: string | null; isWithheld: boolean };

/** What became of our re-INVITE. `glare`: one of the far end's is under way and goes first; ours may be sent again after this time (RFC 3261 §14.1). */
export type Renegotiation =
  | { kind: "agreed"; sdp: string }
  | { kind: "refused"; status: number }
  | { kind: "glare"; pauseMs: number };
