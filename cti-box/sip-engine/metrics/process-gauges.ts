/** What the engine takes of the machine: time of its thread, memory, and how late its event loop runs. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { writeFamily, type Family } from "./exposition.ts";

const resolutionMs = 10;
const gauge = (name: string, help: string, value: number): Family => ({
  name,
  help,
  type: "gauge",
  samples: [{ value }],
});

export class ProcessGauges {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor() {
    this.#delay.enable();
  }

  /** The delays are those since they were read last: of the whole time they would say less and less. */
  write(): string {
    const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3);
    // Before the first tick there is nothing to tell.
    const hasDelays = this.#delay.count > 0;
    const delays = Object.entries({ median: 50, p99: 99, longest: 100 }).map(([of, percentile]) => ({
      labels: { of },
      value: hasDelays ? seconds(this.#delay.percentile(percentile)) : 0,
    }));
    this.#delay.reset();
    const { user, system } = process.threadCpuUsage();
    const families: Family[] = [
      {
        name: "sip_engine_cpu_seconds_total",
        help: "Processor time of the engine's thread.",
        type: "counter",
        samples: [{ value: (user + system) / 1e6 }],
      },
      gauge("sip_engine_process_resident_memory_bytes", "Memory of the whole process.", process.memoryUsage.rss()),
      gauge("sip_engine_heap_used_bytes", "Heap of the engine's thread.", getHeapStatistics().used_heap_size),
      {
        name: "sip_engine_event_loop_delay_seconds",
        help: "How late the event loop ran since this was read last.",
        type: "gauge",
        samples: delays,
      },
    ];
    return families.map(writeFamily).join("");
  }

  close(): void {
    this.#delay.disable();
  }
}
