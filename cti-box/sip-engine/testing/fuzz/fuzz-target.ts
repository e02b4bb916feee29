/** Something that reads what strangers send, as the fuzzer sees it. */
export type FuzzTarget = {
  /** Inputs that make sense, to start from. */
  seeds: readonly Buffer[];
  /** Words of the language. */
  words: readonly string[];
  /** Fresh inputs made by the language's grammar. */
  grammar?: (count: number, seed: number) => Buffer[];
  /** Reads the input; throws when a promise is broken. */
  run(input: Buffer): void;
  /** For readers behind sockets: waits until all inputs so far are through; rejects when the reader does not live any more. */
  settle?: () => Promise<void>;
  /** Waits until nothing of what came is held any more: then memory is measured. */
  rest?: () => Promise<void>;
  close?: () => Promise<void>;
};

/** Says which promise is broken. */
export function promise(isKept: boolean, what: string): asserts isKept {
  if (!isKept) throw new Error(`broken promise: ${what}`);
}
