/** The announcements' part of the media servers' contract: the prompts that ship with the box, known again by their waveform. */
import { expect, it } from "vitest";
import { CITIZEN_HZ, hearEachOther, hearsMusic, ok, OPERATOR_HZ } from "../../../testing/media-peers/media-scene.ts";
import type { MediaScene } from "../../../testing/media-peers/media-scene.ts";
import { hearsSpeech, likeness } from "../../../testing/media-peers/speech.ts";
import { PromptFiles } from "./prompt-files.ts";

export function itAnnounces(scene: MediaScene): void {
  it("a caller who waits hears an announcement once, then the music again, and the end is told", async () => {
    const citizen = await scene.rtpCaller("citizen");
    ok(await scene.server.startMusic(citizen.leg));
    await hearsMusic(citizen.peer);
    const sound = await new PromptFiles().sound("it", "welcome");
    ok(await scene.server.announce(citizen.leg, sound));
    await hearsSpeech(citizen.peer.ear, sound);
    await scene.told(({ type }) => type === "announcement-ended");
    await hearsMusic(citizen.peer);
    expect(scene.events).toEqual([{ type: "announcement-ended", ...citizen.leg }]);
  });

  it("a long announcement is heard to its end, and is not another one", async () => {
    const citizen = await scene.rtpCaller("citizen");
    const prompts = new PromptFiles();
    const sounds = await Promise.all([prompts.sound("en", "out-of-hours"), prompts.sound("en", "wait-long")]);
    ok(await scene.server.announce(citizen.leg, Buffer.concat(sounds)));
    await hearsSpeech(citizen.peer.ear, sounds[0]);
    await hearsSpeech(citizen.peer.ear, sounds[1], 10_000);
    expect(likeness(citizen.peer.ear.lately(3500), await prompts.sound("it", "wait-long"))).toBeLessThan(0.5);
    await scene.told(({ type }) => type === "announcement-ended");
  }, 20_000);

  it("a later announcement takes the place of one under way", async () => {
    const citizen = await scene.rtpCaller("citizen");
    const prompts = new PromptFiles();
    ok(await scene.server.announce(citizen.leg, await prompts.sound("it", "queue-full")));
    const later = await prompts.sound("it", "welcome");
    ok(await scene.server.announce(citizen.leg, later));
    await hearsSpeech(citizen.peer.ear, later);
    await scene.told(({ type }) => type === "announcement-ended");
    expect(scene.events).toHaveLength(1);
  });

  it("an operator who answers breaks an announcement off, and its end is not told", async () => {
    const citizen = await scene.rtpCaller("citizen");
    citizen.peer.speak(CITIZEN_HZ);
    ok(await scene.server.announce(citizen.leg, await new PromptFiles().sound("it", "queue-full")));
    const operator = await scene.browserCallee("operator", citizen.leg);
    operator.peer.speak(OPERATOR_HZ);
    ok(await scene.server.connect(citizen.leg, operator.leg));
    await hearEachOther(citizen.peer, operator.peer);
    expect(await citizen.peer.ear.shareDuring(OPERATOR_HZ, 1000)).toBeGreaterThan(0.9);
    expect(scene.events).toEqual([]);
  });

  it("a caller who speaks PCMU hears it too", async () => {
    const citizen = await scene.rtpCaller("citizen", { codecs: ["pcmu"] });
    const sound = await new PromptFiles().sound("it", "wait-short");
    ok(await scene.server.announce(citizen.leg, sound));
    await hearsSpeech(citizen.peer.ear, sound);
  });
}
