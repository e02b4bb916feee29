/** Work of one call: one piece after the other, but for what is in nobody's way. */
export class Turns {
  private lane: Promise<unknown> = Promise.resolve();
  private underWay = 0;

  get isIdle(): boolean {
    return this.underWay === 0;
  }

  /** Runs after what was asked before; its failure stops nobody. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.lane.then(work);
    this.lane = turn.catch(() => {});
    return this.alongside(() => turn);
  }

  /** Runs at once. */
  async alongside<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
    }
  }
}
