/** A whole playground with its two operators at pages of their own (Chromium), and the carrier from which citizens call. */
import { rmSync } from "node:fs";
import { Carrier } from "../../bin/carrier/carrier.ts";
import { findChromium } from "../../bin/demo/find-chromium.ts";
import { OperatorPage } from "../../bin/demo/operator-page.ts";
import { playgroundDirectory } from "../../bin/playground/folders.ts";
import { oneTimeLink } from "../../bin/playground/one-time-link.ts";
import { startPlayground, type RunningPlayground } from "../../bin/playground/start-playground.ts";
import { freeBasePort } from "../playground/la2-process.ts";

export class TwoPages {
  readonly playground: RunningPlayground;
  readonly carrier: Carrier;
  /** At the first office. */
  readonly anna: OperatorPage;
  /** At the other one. */
  readonly bruno: OperatorPage;
  private readonly closing: readonly (() => unknown)[];

  private constructor(
    parts: Pick<TwoPages, "playground" | "carrier" | "anna" | "bruno">,
    closing: readonly (() => unknown)[],
  ) {
    this.playground = parts.playground;
    this.carrier = parts.carrier;
    this.anna = parts.anna;
    this.bruno = parts.bruno;
    this.closing = closing;
  }

  static async open(): Promise<TwoPages> {
    const program = findChromium();
    if (program === null) throw new Error("this test needs Chromium: apt install chromium");
    const closing: (() => unknown)[] = [];
    try {
      const basePort = await freeBasePort();
      const directory = playgroundDirectory(basePort);
      closing.push(() => rmSync(directory, { recursive: true, force: true }));
      const playground = await startPlayground({ directory, basePort });
      closing.push(() => playground.close());
      const { plan } = playground;
      const carrier = await Carrier.open(plan.carrierAddress);
      closing.push(() => carrier.close());
      const openPage = async (index: 0 | 1, toneHz: number): Promise<OperatorPage> => {
        const office = plan.offices[index];
        const link = await oneTimeLink(office);
        const page = await OperatorPage.open({ name: office.operator.login, program, toneHz, link });
        closing.push(() => page.close());
        return page;
      };
      const anna = await openPage(0, 440);
      const bruno = await openPage(1, 700);
      return new TwoPages({ playground, carrier, anna, bruno }, closing);
    } catch (error) {
      await closeAll(closing);
      throw error;
    }
  }

  async close(): Promise<void> {
    await closeAll(this.closing);
  }
}

async function closeAll(closing: readonly (() => unknown)[]): Promise<void> {
  for (const close of closing.toReversed()) await close();
}
