/** Who may read a frame table: whoever filled it last. */
export class Lease {
  /** Counts up whenever somebody begins to fill the table anew. */
  generation = 0;
}
