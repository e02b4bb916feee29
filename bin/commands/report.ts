/** `la2 report`: minutes that stayed on the network between offices, what they would have cost over a carrier, how transfers went, and how citizens rated the service. */
import {
  type CostReport,
  costReportSchema,
  type RatingReport,
  ratingReportSchema,
  type TransferReport,
  transferReportSchema,
} from "../../cti-box/contracts/index.ts";
import { askForAnswer, boxesToAsk, type WhichBoxes } from "../office/boxes-to-ask.ts";
import { momentOf } from "./moments.ts";
import { say } from "./words.ts";

type Ways = Pick<TransferReport, "blind" | "attended">;

export type ReportOptions = WhichBoxes & { from?: string; to?: string; json?: boolean };

export async function report(options: ReportOptions): Promise<number> {
  const { from, to, json = false } = options;
  const query = {
    ...(from !== undefined && { from: momentOf(from, "first") }),
    ...(to !== undefined && { to: momentOf(to, "after") }),
  };
  const reports: (CostReport & { ratings: RatingReport["queues"]; transfers: Ways })[] = [];
  for (const box of boxesToAsk(options)) {
    const answer = await askForAnswer(box, "/api/reports/on-net", { query });
    const found = costReportSchema.parse(await answer.json());
    const ratings = await askForAnswer(box, "/api/reports/ratings", { query });
    const { queues } = ratingReportSchema.parse(await ratings.json());
    const answered = await askForAnswer(box, "/api/reports/transfers", { query });
    const { blind, attended } = transferReportSchema.parse(await answered.json());
    reports.push({ ...found, ratings: queues, transfers: { blind, attended } });
    if (json) continue;
    sayReport(box.label, found);
    sayTransfers({ blind, attended });
    for (const queue of queues) sayRatings(queue);
  }
  if (json) say(JSON.stringify(reports, null, 2));
  return 0;
}

function sayTransfers({ blind, attended }: Ways): void {
  const words = ({ transferred, failed }: Ways["blind"]): string => `${transferred} done, ${failed} came back`;
  say(`  transfers at once: ${words(blind)}; after a word with the other side: ${words(attended)}`);
}

function sayRatings({ queueId, asked, satisfied, neither, notSatisfied }: RatingReport["queues"][number]): void {
  const words = `${satisfied} satisfied, ${neither} neither, ${notSatisfied} not satisfied`;
  say(`  ratings of ${queueId}: ${asked} citizens asked, ${words}`);
}

function sayReport(label: string, found: CostReport): void {
  const { currency, onNet, toOffices, fromOffices, pstnIn, pstnOut, paidTransfers } = found;
  const day = (moment: string | null, otherwise: string): string =>
    moment === null ? otherwise : new Date(moment).toLocaleString("sv-SE");
  const money = (amount: number | null): string => (amount === null ? "" : `  ${amount.toFixed(2)} ${currency ?? ""}`);
  const line = (what: string, { calls, minutes }: { calls: number; minutes: number }, cost = ""): void =>
    say(`  ${what.padEnd(34)}${String(calls).padStart(8)} calls${minutes.toFixed(1).padStart(10)} min${cost}`);
  say(`${label}, ${day(found.from, "from the first call")} to ${day(found.to, "now")}`);
  line("to other offices, on-net", onNet, money(onNet.wouldHaveCost));
  for (const office of toOffices) line(`    ${office.officeId}`, office, money(office.wouldHaveCost));
  line("from other offices, on-net", fromOffices);
  line("from carriers", pstnIn);
  line("over carriers", pstnOut, money(pstnOut.cost));
  say(
    `  ${paidTransfers === 0 ? "No transfer between offices was paid for." : `${paidTransfers} transfers between offices were paid for.`}`,
  );
  if (currency === null) say("  No prices are set (costs in the configuration), so there are minutes only.");
  else say("  On-net calls cost nothing; the amount beside them is what a carrier would have charged, without taxes.");
}
