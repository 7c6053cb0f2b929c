/** What was not as it has to be. */

/** So many are kept; of the rest only the number. */
const KEPT = 30;

export class Failures {
  readonly kept: string[] = [];
  count = 0;

  add(what: string): void {
    this.count++;
    if (this.kept.length < KEPT) this.kept.push(what);
  }
}
