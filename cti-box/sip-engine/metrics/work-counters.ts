/** Counts that the parts of the engine keep as they work; plain numbers, read by whoever shows them. */
import { Histogram } from "./exposition.ts";

export type WorkCounters = {
  /** Requests of ours that were sent again because no answer came; answers, because no ACK came or their request came again. */
  requestsRepeated: number;
  answersRepeated: number;
  /** Copies of requests that came again and went no further. */
  copiesAbsorbed: number;
  /** Seconds from handing an INVITE to an application until it first reacts. */
  reactions: Histogram;
};

export function newWorkCounters(): WorkCounters {
  const bounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
  return { requestsRepeated: 0, answersRepeated: 0, copiesAbsorbed: 0, reactions: new Histogram(bounds) };
}
