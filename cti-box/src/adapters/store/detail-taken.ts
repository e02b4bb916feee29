/** The column `detail_taken`: what the retention rules have taken out of a record. */
import type { RecordDetail } from "../../domain/retention/retention-rules.ts";

export const detailTaken: Record<RecordDetail, number> = { full: 0, "without-operators": 1, "without-numbers": 2 };
export const allDetails = 3;
