/** Names of the messages between the pages and the shell. Apart from the schemas, so that the preload script stays small. */
export const desktopChannels = {
  ringing: "la2:ringing",
  linkOpened: "la2:link-opened",
  pageReady: "la2:page-ready",
  readOfficeAddress: "la2:read-office-address",
  saveOfficeAddress: "la2:save-office-address",
} as const;
