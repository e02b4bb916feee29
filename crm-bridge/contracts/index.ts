/** The only code of crm-bridge that other programs import. */
export * from "./ticket.ts";
export * from "./ticket-commands.ts";
export * from "./operator-channel.ts";
