/** The operator at the page (Chromium) through all the kills: her citizen stays with her, her page shows the call again after each, and in the end she hangs up herself. */
import { pageNumber, type ChaosOffice } from "./chaos-office.ts";
import { becomes } from "./until.ts";
import type { OperatorPage } from "../../bin/demo/operator-page.ts";
import type { PartyCall } from "../parties/sip-parties.ts";

const backWithinMs = 30_000;

export class PageOperator {
  readonly backSeconds: number[] = [];
  private readonly page: OperatorPage;
  private citizen: PartyCall | null = null;
  private endedBy: "box" | "party" | "nobody" = "nobody";

  constructor(page: OperatorPage) {
    this.page = page;
  }

  /** Before her own hang-up. */
  get callsLost(): number {
    return this.phase === "talking" && this.endedBy === "box" ? 1 : 0;
  }

  private phase: "talking" | "hung-up" = "talking";

  async takeCall({ citizens, address }: Pick<ChaosOffice, "citizens" | "address">): Promise<void> {
    const calling = citizens.call(address, pageNumber, "+393339999999");
    await this.page.click("action.answer");
    this.citizen = await calling;
    void this.citizen.ended.then((by) => (this.endedBy = by));
    await this.page.page.locator("[data-call-id]").waitFor();
  }

  /** Resolves when the page is linked again and shows its call, with the button to hang it up. */
  async comesBack(killedAtMs: number): Promise<void> {
    const { page } = this.page;
    const linked = page.locator("main[data-link-box=connected][data-link-phone=connected]");
    // The page sees the loss of its link first.
    await page.locator("main:not([data-link-box=connected])").waitFor({ timeout: 5_000 });
    await linked.waitFor({ timeout: backWithinMs });
    await page.locator("[data-call-id]").waitFor({ timeout: backWithinMs });
    this.backSeconds.push((performance.now() - killedAtMs) / 1_000);
  }

  /** Whether her click has ended the citizen's call, and that had been up until then. */
  async hangUp(): Promise<boolean> {
    if (this.endedBy !== "nobody") return false;
    this.phase = "hung-up";
    const felt = await this.page.click("action.hang-up").catch(() => null);
    if (felt === null) return false;
    return becomes(() => this.endedBy === "box", 10_000);
  }
}
