import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleCall } from "../../testing/example-call.ts";
import { tellStory, type Story } from "./ladder-steps.ts";
import { renderLadder } from "./render-ladder.ts";
import { colours, noColours } from "./styles.ts";

const drawn = (width: number, story: Story = tellStory(exampleCall)): string[] =>
  renderLadder(story, { width, isVerbose: false, style: noColours });

describe("the ladder of a transferred call", () => {
  it("in 80 columns", async () => {
    await expect(`${drawn(80).join("\n")}\n`).toMatchFileSnapshot("golden/transferred-80.txt");
  });

  it("in 140 columns", async () => {
    await expect(`${drawn(140).join("\n")}\n`).toMatchFileSnapshot("golden/transferred-140.txt");
  });

  it("tells every message once, in order, repeated ones with their number", () => {
    const text = drawn(140).filter((line) => /[▶◀]/.test(line));
    expect(text).toHaveLength(22);
    expect(text[0]).toMatch(/^ {2}0\.000 .*── INVITE ×2 · sdp ─+▶│/);
    expect(text.at(-1)).toMatch(/^ 21\.320 .*│◀─ 200 OK \(BYE\) ─+│$/);
  });

  it("shows whole messages when asked to", () => {
    const lines = renderLadder(tellStory(exampleCall), { width: 80, isVerbose: true, style: noColours });
    expect(lines).toContain("         ┆ Call-ID: c1@127.0.0.10");
    expect(lines).toContain('         ┆ Reason: Q.850;cause=31;text="transferred"');
  });

  it("a call that the box began has the box first", () => {
    const story = tellStory({ ...exampleCall, calls: exampleCall.calls.slice(1, 2), names: new Map() });
    expect(story.parties.map(({ name }) => name)).toEqual(["box x_test1", "127.0.0.1:51234"]);
    expect(drawn(80, story)[0]).toMatch(/box x_test1 +127\.0\.0\.1:51234/);
  });
});

describe("whatever stands in the messages and however wide the terminal is", () => {
  const text = fc.string({
    unit: fc.constantFrom("INVITE ", "SIP/2.0 200 ", "\r\n", "\u001b[31m", "\u202e", "é", "CSeq: 1 BYE", "x"),
  });

  it("no line is wider than the terminal, and nothing reaches it that it would obey", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, fc.nat({ max: 5 })), { maxLength: 30 }),
        fc.integer({ min: 1, max: 220 }),
        (said, width) => {
          const messages = said.map(([each, peer], index) => ({
            atUs: index * 700_000,
            direction: index % 3 === 0 ? ("sent" as const) : ("received" as const),
            protocol: "udp",
            local: "127.0.0.1:5060",
            remote: `192.0.2.${peer}:5060`,
            text: each,
          }));
          const story = tellStory({
            calls: [{ callId: "x", leftOut: 3, messages }],
            names: new Map(),
            ourName: "engine",
          });
          for (const line of renderLadder(story, { width, isVerbose: false, style: noColours })) {
            expect(line.length).toBeLessThanOrEqual(Math.max(width, 60));
            // oxlint-disable-next-line no-control-regex -- exactly these may not occur
            expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
          }
        },
      ),
    );
  });

  it("colours change nothing but the colour", () => {
    const coloured = renderLadder(tellStory(exampleCall), { width: 100, isVerbose: false, style: colours });
    // oxlint-disable-next-line no-control-regex -- the colours
    expect(coloured.map((line) => line.replaceAll(/\u001b\[\d+m/g, ""))).toEqual(drawn(100));
    expect(coloured.join("")).toContain("\u001b[31m407 Proxy Authentication Required\u001b[0m");
  });
});
