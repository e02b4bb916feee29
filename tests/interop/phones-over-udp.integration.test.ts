import { describePhoneCalls } from "./phone-calls.contract.ts";

describePhoneCalls({ transport: "udp", engineAt: (host) => ({ contacts: [`sip:${host}:5060;transport=udp`] }) });
