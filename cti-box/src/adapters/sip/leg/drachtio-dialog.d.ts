/** The class of `drachtio-srf` that the package makes its dialogs of; no type of its own is exported. */
declare module "drachtio-srf/lib/dialog.js" {
  const Dialog: new (srf: object, role: "uac" | "uas", made: { req: object; res: object; sent?: object }) => unknown;
  export default Dialog;
}
