/** `media.text`: where real-time text arrives. */
import { z } from "zod";
import { address } from "./fields.ts";

const port = z.int().min(1).max(65_535);

/**
 * Where the box itself receives real-time text, which rtpengine does not carry: callers have to reach it there. Absent: at the first address of `sip.contacts`, any port. Each
 * leg with text takes two ports.
 */
export const rtpengineText = z.union([
  z.literal("off"),
  z
    .strictObject({
      listenAddress: address.optional(),
      advertisedAddress: address.optional(),
      portMin: port.optional(),
      portMax: port.optional(),
    })
    .refine(({ portMin, portMax }) => (portMin === undefined) === (portMax === undefined), {
      error: "needs portMin and portMax, or neither",
    })
    .refine(({ portMin = 0, portMax = Infinity }) => portMax > portMin, { error: "needs two ports at least" }),
]);
