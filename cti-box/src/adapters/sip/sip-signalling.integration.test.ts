/** The signalling adapter on this project's engine always, and on another server of the control protocol when `LA2_DRACHTIO` or `LA2_DRACHTIO_COMMAND` names one. */
import { describe } from "vitest";
import { engineUnderTest, otherUnderTest } from "../../../sip-engine/testing/server-under-test.ts";
import { itIsASignallingPort } from "./sip-signalling.contract.ts";

const other = otherUnderTest();

itIsASignallingPort(engineUnderTest);
if (other === null)
  describe.skip("neither LA2_DRACHTIO nor LA2_DRACHTIO_COMMAND names another server: not run against one", () =>
    undefined);
else itIsASignallingPort(other);
