/** The conferences' part of the media servers' contract: three parties with a tone each; everybody hears the two others, and not itself. */
import { expect, it } from "vitest";
import {
  CITIZEN_HZ,
  COLLEAGUE_HZ,
  hearEachOther,
  hearsMusic,
  ok,
  OPERATOR_HZ,
} from "../../../testing/media-peers/media-scene.ts";
import type { Hearing, MediaScene } from "../../../testing/media-peers/media-scene.ts";

const AWAY = 0.05;
/** Of two voices equally loud each has half of the energy. */
const BESIDE_ANOTHER = 0.4;
const ALONE = 0.9;

type Party = { peer: Hearing; hz: number };

export function itConfers(scene: MediaScene, translates: boolean): void {
  together(scene, translates);
  leaving(scene);
}

function leaving(scene: MediaScene): void {
  it("who leaves hears nobody more, and leaves the others together", async () => {
    const { citizen, operator, colleague } = await conference(scene);
    ok(await scene.server.disconnect(operator.leg));
    await operator.peer.ear.losesTone(CITIZEN_HZ);
    await operator.peer.ear.losesTone(COLLEAGUE_HZ);
    expect(await citizen.peer.ear.usualShareDuring(COLLEAGUE_HZ, 500)).toBeGreaterThan(ALONE);
    await scene.server.closeLeg(operator.leg);
    expect(await colleague.peer.ear.usualShareDuring(CITIZEN_HZ, 500)).toBeGreaterThan(ALONE);
    expect(scene.server.activeLegs()).toBe(2);
  });

  it("from a conference back to two: the third hears nobody, and may have music", async () => {
    const { citizen, operator, colleague } = await conference(scene);
    ok(await scene.server.connect(citizen.leg, operator.leg));
    ok(await scene.server.startMusic(colleague.leg));
    await hearEachOther(citizen.peer, operator.peer);
    await citizen.peer.ear.losesTone(COLLEAGUE_HZ);
    expect(await citizen.peer.ear.usualShareDuring(OPERATOR_HZ, 500)).toBeGreaterThan(ALONE);
    await hearsMusic(colleague.peer);
    ok(await scene.server.stopMusic(colleague.leg));
    ok(await scene.server.confer([citizen.leg, operator.leg, colleague.leg]));
    await everybodyHearsTheOthers(partiesOf({ citizen, operator, colleague }));
  });

  it("who has music is not heard in the conference, and comes back to it", async () => {
    const { citizen, operator, colleague, parties } = await conference(scene);
    ok(await scene.server.startMusic(citizen.leg));
    await hearsMusic(citizen.peer);
    await operator.peer.ear.losesTone(CITIZEN_HZ);
    expect(await colleague.peer.ear.usualShareDuring(OPERATOR_HZ, 500)).toBeGreaterThan(ALONE);
    ok(await scene.server.stopMusic(citizen.leg));
    await everybodyHearsTheOthers(parties);
  });
}

function together(scene: MediaScene, translates: boolean): void {
  it("citizen, operator and colleague hear each other, and nobody hears itself", async () => {
    const { parties } = await conference(scene);
    await everybodyHearsTheOthers(parties);
  });

  it("a desk phone in PCMU, an operator and a colleague in browsers hear each other", async () => {
    const citizen = await scene.rtpCaller("citizen", { codecs: ["pcmu"] });
    const operator = await scene.browserCallee("operator", citizen.leg);
    const colleague = await scene.browserCallee("colleague", operator.leg);
    const parties = speaking(citizen.peer, operator.peer, colleague.peer);
    ok(await scene.server.confer([citizen.leg, operator.leg, colleague.leg]));
    await everybodyHearsTheOthers(parties);
  });

  it("a wideband phone is heard too, after a re-INVITE where the server asks for one", async () => {
    const citizen = await scene.rtpCaller("citizen", { codecs: ["g722", "pcma"] });
    const operator = await scene.browserCallee("operator", citizen.leg);
    const colleague = await scene.rtpCallee("colleague", operator.leg);
    const parties = speaking(citizen.peer, operator.peer, colleague.peer);
    const legs = [citizen.leg, operator.leg, colleague.leg];
    const { renegotiate } = ok(await scene.server.confer(legs));
    expect(renegotiate).toEqual(translates ? [] : [citizen.leg.legId]);
    if (renegotiate.length > 0) {
      const { offerSdp } = ok(await scene.server.makeOffer(citizen.leg, { profile: "rtp", audio: "telephone" }));
      ok(await scene.server.acceptAnswer(citizen.leg, citizen.peer.answer(offerSdp)));
    }
    await everybodyHearsTheOthers(parties);
  });

  it("two legs, or one twice, are no conference", async () => {
    const { citizen, operator } = await scene.conversation();
    expect(await scene.server.confer([citizen.leg, operator.leg])).toMatchObject({ ok: false, reason: "unknown-leg" });
    const twice = [citizen.leg, operator.leg, operator.leg];
    expect(await scene.server.confer(twice)).toMatchObject({ ok: false, reason: "unknown-leg" });
    expect(await citizen.peer.ear.usualShareDuring(OPERATOR_HZ, 500)).toBeGreaterThan(ALONE);
  });
}

/** A citizen from a trunk, an operator in a browser, and a colleague at a desk phone. */
async function conference(scene: MediaScene) {
  const { citizen, operator } = await scene.conversation();
  const colleague = await scene.rtpCallee("colleague", operator.leg);
  colleague.peer.speak(COLLEAGUE_HZ);
  const legs = [citizen.leg, operator.leg, colleague.leg];
  expect(ok(await scene.server.confer(legs))).toMatchObject({ renegotiate: [] });
  const parties = partiesOf({ citizen, operator, colleague });
  await everybodyHearsTheOthers(parties);
  return { citizen, operator, colleague, parties };
}

function partiesOf(of: Record<"citizen" | "operator" | "colleague", { peer: Hearing }>): Party[] {
  return [
    { peer: of.citizen.peer, hz: CITIZEN_HZ },
    { peer: of.operator.peer, hz: OPERATOR_HZ },
    { peer: of.colleague.peer, hz: COLLEAGUE_HZ },
  ];
}

function speaking(citizen: Hearing, operator: Hearing, colleague: Hearing): Party[] {
  const parties = partiesOf({
    citizen: { peer: citizen },
    operator: { peer: operator },
    colleague: { peer: colleague },
  });
  for (const { peer, hz } of parties) peer.speak(hz);
  return parties;
}

async function everybodyHearsTheOthers(parties: readonly Party[]): Promise<void> {
  await Promise.all(
    parties.map(async ({ peer, hz: own }) => {
      const others = parties.filter(({ hz }) => hz !== own);
      for (const { hz } of others) await peer.ear.hearsTone(hz);
      const [first, second, itself] = await Promise.all(
        [...others.map(({ hz }) => hz), own].map((hz) => peer.ear.usualShareDuring(hz, 600)),
      );
      expect(first).toBeGreaterThan(BESIDE_ANOTHER);
      expect(second).toBeGreaterThan(BESIDE_ANOTHER);
      expect(itself).toBeLessThan(AWAY);
    }),
  );
}
