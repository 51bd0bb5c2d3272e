import type { Json } from "./json.ts";

/** Tokens and their ids, both ways. */
export class Vocabulary {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #tokens: string[] = [];

  constructor(ids: ReadonlyMap<string, number>) {
    this.#ids = ids;
    for (const [token, id] of ids) this.#tokens[id] = token;
  }

  /** Reads `{"token": id, ...}`. */
  static fromJSON(json: Json): Vocabulary {
    const ids = new Map<string, number>();
    for (const [token, id] of Object.entries(json.object())) {
      ids.set(
        token,
        typeof id === "number" && Number.isInteger(id) && id >= 0 && id < 2 ** 31 ? id : json.at(token).natural(),
      );
    }
    return new Vocabulary(ids);
  }

  get size(): number {
    return this.#ids.size;
  }

  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  tokenOf(id: number): string | undefined {
    return this.#tokens[id];
  }

  /** `{"token": id, ...}`, in the order of the ids. */
  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#ids].sort(([, a], [, b]) => a - b));
  }
}
