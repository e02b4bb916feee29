/**
 * The contract of the control protocol: one suite for every server that speaks it. This engine always; another one when `LA2_DRACHTIO` or `LA2_DRACHTIO_COMMAND` names it.
 * What only this engine is held to stands in the suites as such.
 */
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { ContractScene } from "../../testing/contract-scene.ts";
import { engineUnderTest, otherUnderTest, type ServerUnderTest } from "../../testing/server-under-test.ts";
import { itLetsIdentitiesChange } from "./connected-identity.contract.ts";
import { itLetsApplicationsIn } from "./connections.contract.ts";
import { itHandsOverIncomingCalls } from "./incoming-calls.contract.ts";
import { itJoinsCalls } from "./joined-calls.contract.ts";
import { itPlacesCalls } from "./placed-calls.contract.ts";
import { itProxiesCalls } from "./proxied-calls.contract.ts";
import { itAnswersReliably } from "./reliable-answers.contract.ts";
import { itLetsOffersCross } from "./crossing-offers.contract.ts";
import { itPassesMessages } from "./text-messages.contract.ts";

const other = otherUnderTest();

itSpeaksTheProtocol(engineUnderTest);
if (other === null)
  describe.skip("neither LA2_DRACHTIO nor LA2_DRACHTIO_COMMAND names another server: not run against one", () =>
    undefined);
else itSpeaksTheProtocol(other);

function itSpeaksTheProtocol(underTest: ServerUnderTest): void {
  describe(underTest.name, () => {
    const scene = new ContractScene(underTest);
    beforeAll(() => scene.open());
    afterEach(() => scene.endTest());
    afterAll(() => scene.close());

    itLetsApplicationsIn(scene);
    itHandsOverIncomingCalls(scene);
    itPlacesCalls(scene);
    itLetsIdentitiesChange(scene);
    itProxiesCalls(scene);
    itJoinsCalls(scene);
    itAnswersReliably(scene);
    itLetsOffersCross(scene);
    itPassesMessages(scene);
  });
}
