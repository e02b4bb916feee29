/** Reports from the records; a long span takes a while. Of months whose records are not kept any more, whole ones count. */
import type { CostReport } from "../domain/cost/cost-report.ts";
import type { RatingTally } from "../domain/survey/rating-report.ts";
import type { TransferTally } from "../domain/transfer/transfer-report.ts";

/** Calls that came from the first time on, and before the second; a part that is not there leaves the span open. */
export type ReportSpan = { fromMs?: number; toMs?: number };

export interface OfficeReports {
  onNet(span: ReportSpan): Promise<{ currency: string | null; report: CostReport }>;
  ratings(span: ReportSpan): Promise<RatingTally>;
  transfers(span: ReportSpan): Promise<TransferTally>;
}
