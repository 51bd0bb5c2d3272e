/** Id of a token whose step did not say which it is. */
const UNKNOWN = -1;

/** The token ids that each row of a cache has read. */
export class CachedIds {
  #rows: number[][] = [];

  get rows(): readonly (readonly number[])[] {
    return this.#rows;
  }

  /** @param length number of positions before these, some of which may have come without ids */
  append(ids: readonly (readonly number[])[], length: number): void {
    if (this.#rows.length === 0) this.#rows = ids.map(() => []);
    for (const [i, row] of this.#rows.entries()) {
      while (row.length < length) row.push(UNKNOWN);
      row.push(...(ids[i] ?? []));
    }
  }

  reorder(rows: readonly number[]): void {
    if (this.#rows.length > 0) this.#rows = rows.map((row) => [...(this.#rows[row] ?? [])]);
  }

  truncate(length: number): void {
    for (const row of this.#rows) row.splice(length);
  }
}
