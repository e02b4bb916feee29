/** Whether things come in crowds: how many came lately, older ones counting less and less. By the process's own clock. */

/** Time in which what came loses its weight to a third. */
const fadingMs = 100;
/** About 200 a second, which 20 calls a second have. A call alone has some ten steps in the busiest tenth of a second. */
const dense = 20;

export class Crowd {
  #weight = 0;
  #atMs = 0;

  add(): void {
    this.#weight = this.#now() + 1;
    this.#atMs = performance.now();
  }

  isDense(): boolean {
    return this.#now() >= dense;
  }

  #now(): number {
    return this.#weight * Math.exp((this.#atMs - performance.now()) / fadingMs);
  }
}
