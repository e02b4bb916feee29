/** What SRTP needs of the signalling adapter, on this project's engine always, and on another server when `LA2_DRACHTIO_COMMAND` names one and says how it listens on TLS. */
import { describe } from "vitest";
import { engineUnderTest, otherUnderTest } from "../../../sip-engine/testing/server-under-test.ts";
import { itKeepsKeysSafe } from "./secured-legs.contract.ts";

const other = otherUnderTest();

itKeepsKeysSafe(engineUnderTest);
if (other?.tls === "yes") itKeepsKeysSafe(other);
else
  describe.skip("LA2_DRACHTIO_COMMAND names no other server, or not how it listens on TLS: not run against one", () =>
    undefined);
