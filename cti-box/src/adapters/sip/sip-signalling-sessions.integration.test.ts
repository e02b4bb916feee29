/** Session timers of the signalling adapter on this project's engine always, and on another server when `LA2_DRACHTIO` or `LA2_DRACHTIO_COMMAND` names one: there it takes two minutes. */
import { describe } from "vitest";
import { engineUnderTest, otherUnderTest } from "../../../sip-engine/testing/server-under-test.ts";
import { itKeepsSessionsAlive } from "./session-timers.contract.ts";

const other = otherUnderTest();

itKeepsSessionsAlive(engineUnderTest);
if (other === null)
  describe.skip("neither LA2_DRACHTIO nor LA2_DRACHTIO_COMMAND names another server: not run against one", () =>
    undefined);
else itKeepsSessionsAlive(other);
