/**
 * What belongs to some of the rows of a batch. Rows are set in rising order, so two arrays do: they take a third
 * of what a `Map` takes, and a chunk may hold more frames than a `Map` can have entries.
 */
export class RowMap<T> {
  readonly #rows: number[] = [];
  readonly #values: T[] = [];

  /** Sets the value of `row`, which must be above all rows set before. */
  set(row: number, value: T): void {
    this.#rows.push(row);
    this.#values.push(value);
  }

  /** The value of `row`, if it has one. */
  get(row: number): T | undefined {
    const rows = this.#rows;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle] as number) < row) low = middle + 1;
      else high = middle;
    }
    return rows[low] === row ? this.#values[low] : undefined;
  }
}
