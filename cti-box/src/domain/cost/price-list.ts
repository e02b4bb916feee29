/** What a carrier charges, so that reports can say what a call cost or would have cost. Prices without taxes, in units of the currency. */

/** `stepSeconds`: time is charged in steps of this length, each begun one whole. */
export type Price = { perMinute: number; perCall: number; stepSeconds: number };

export type PriceList = {
  /** ISO 4217. */
  currency: string;
  /** Of a call out over a carrier that has no price of its own, and of what stayed on-net. */
  usual: Price;
  trunks: ReadonlyMap<string, Price>;
};

/** Price of one answered call of this length. */
export function costOf(connectedMs: number, { perMinute, perCall, stepSeconds }: Price): number {
  const steps = Math.ceil(Math.max(0, connectedMs) / 1000 / stepSeconds);
  return perCall + (steps * stepSeconds * perMinute) / 60;
}

export function priceOfTrunk(prices: PriceList, trunkId: string): Price {
  return prices.trunks.get(trunkId) ?? prices.usual;
}
