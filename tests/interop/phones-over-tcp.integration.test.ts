import { describePhoneCalls } from "./phone-calls.contract.ts";

describePhoneCalls({ transport: "tcp", engineAt: (host) => ({ contacts: [`sip:${host}:5060;transport=tcp`] }) });
