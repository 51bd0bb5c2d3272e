import type { Adapter } from "./adapter.ts";

/** Adapters of one model by name, of which one at most is on it. It owns them. */
export class AdapterSet {
  readonly #adapters = new Map<string, Adapter>();
  #active: string | undefined;

  /** The names, in the order they were added. */
  get names(): readonly string[] {
    return [...this.#adapters.keys()];
  }

  /** The name of the adapter that is on the model; undefined if none is. */
  get active(): string | undefined {
    return this.#active;
  }

  /** Adds an adapter, which is not put on. @throws RangeError if the name is taken */
  add(name: string, adapter: Adapter): void {
    if (this.#adapters.has(name)) throw new RangeError(`AdapterSet.add: expected a new name, got ${name} again`);
    this.#adapters.set(name, adapter);
  }

  /** The adapter of a name. @throws RangeError if there is none */
  get(name: string): Adapter {
    const adapter = this.#adapters.get(name);
    if (adapter !== undefined) return adapter;
    const known = this.names.join(" or ") || "the name of an adapter that was added";
    throw new RangeError(`AdapterSet: expected ${known}, got ${JSON.stringify(name)}`);
  }

  /**
   * Puts the adapter of a name on the model in the place of the one that is on; null takes that off. Nothing is loaded or
   * copied.
   */
  use(name: string | null): void {
    const next = name === null ? undefined : this.get(name);
    const before = this.#active === undefined ? undefined : this.get(this.#active);
    if (next === before) return;
    before?.detach();
    this.#active = undefined;
    next?.attach();
    this.#active = name ?? undefined;
  }

  /** Takes the adapter off that is on, and disposes of all. */
  dispose(): void {
    for (const adapter of this.#adapters.values()) adapter.dispose();
    this.#adapters.clear();
    this.#active = undefined;
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
