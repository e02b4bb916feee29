/** The signalling adapter on this project's engine always, and on another server of the control protocol when `LA2_DRACHTIO` names one. */
import { describe } from "vitest";
import { engineUnderTest, otherUnderTest } from "../../../sip-engine/testing/server-under-test.ts";
import { itIsASignallingPort } from "./sip-signalling.contract.ts";

const other = otherUnderTest();

itIsASignallingPort(engineUnderTest);
if (other === null) describe.skip("LA2_DRACHTIO names no other server: not run against one", () => undefined);
else itIsASignallingPort(other);
