import { describe, expect, it } from "vitest";
import { newWatch, usualTimes, verdictOn, type Verdict, type Watch } from "./connection-watch.ts";

const accepted = newWatch("accepted", 0);
const inUse: Watch = { ...accepted, state: "in-use" };
const made = newWatch("made", 0);
const pinged: Watch = { ...made, state: "pinged", pingedS: 100 };
const ponging: Watch = { ...pinged, pongs: "given" };

describe("a connection", () => {
  it.each<[string, Watch, number, Verdict]>([
    ["accepted waits for its first message", accepted, 30, "stay"],
    ["accepted without a message is closed", accepted, 31, "close"],
    ["accepted that only pings is closed as well", { ...accepted, heardS: 30 }, 31, "close"],
    ["in use may be silent", inUse, 7_200, "stay"],
    ["in use is closed when it is idle for too long", inUse, 7_201, "close"],
    ["accepted is never pinged: that is its maker's part", inUse, 7_000, "stay"],
    ["with a message begun waits for the rest", { ...inUse, heardS: 15, begunS: 1 }, 16, "stay"],
    ["whose message is never whole is closed", { ...inUse, heardS: 17, begunS: 1 }, 17, "close"],
    ["made by us waits for no first message", made, 99, "stay"],
    ["made by us is pinged after silence", made, 100, "ping"],
    ["made by us is not pinged while the peer speaks", { ...made, heardS: 50 }, 149, "stay"],
    ["pinged waits for the answer", ponging, 110, "stay"],
    ["whose peer has answered before and does not is closed", ponging, 111, "close"],
    ["whose peer never answered is kept", pinged, 111, "stay"],
    ["whose peer never answered is pinged again", pinged, 200, "ping"],
    ["pinged in vain ends when it is idle for too long", { ...pinged, pingedS: 7_200 }, 7_201, "close"],
  ])("%s", (...[, watch, nowS, verdict]) => {
    expect(verdictOn(watch, nowS, usualTimes)).toBe(verdict);
  });
});
