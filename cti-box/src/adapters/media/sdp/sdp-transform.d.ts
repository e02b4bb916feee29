/** The package ships no types. What it returns is outside data anyway, and goes through a schema. */
declare module "sdp-transform" {
  export function parse(sdp: string): unknown;
}
