/** Records of a long span of time, without holding up calls. */
import type { CallRecordView } from "../domain/call/call-record.ts";
import type { CallStore, Clock, RecordFilter } from "./ports.ts";

const pageSize = 500;

/** All records that fit, a page at a time; between pages the calls have their turn. */
export async function* recordPages(
  { store, clock }: { store: Pick<CallStore, "records">; clock: Pick<Clock, "after"> },
  filter: Omit<RecordFilter, "limit" | "after">,
): AsyncGenerator<CallRecordView[]> {
  let page = await store.records({ ...filter, limit: pageSize });
  while (page.length > 0) {
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    await new Promise<void>((resolve) => clock.after(0, resolve));
    page = await store.records({ ...filter, limit: pageSize, after: last.callId });
  }
}
