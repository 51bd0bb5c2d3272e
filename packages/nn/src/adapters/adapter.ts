import type { LowRankAdapter, Weight } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkModule } from "../checkModule.ts";
import { dropout } from "../dropout.ts";
import type { Params } from "../params.ts";
import { RandomStream } from "../randomStream.ts";

/** The tensors of an {@link Adapter}. */
export interface AdapterContents {
  /** The scope that owns them, and nothing else. */
  readonly params: Params;
  /** Low-rank updates by the path of the weight in the model; several may share a tensor. */
  readonly updates: ReadonlyMap<string, LowRankAdapter>;
  /** Numbers that take the place of the model's, such as those of a new head, by path in the model. Default none. */
  readonly replaced?: ReadonlyMap<string, tf.Variable>;
  /** Whether updates are scaled by alpha / sqrt(rank) and not by alpha / rank (rsLoRA, arXiv:2312.03732). Default false. */
  readonly rankStabilized?: boolean;
  /** The share of values that {@link Adapter.withDropout} drops before the updates of linear maps. Default 0. */
  readonly dropout?: number;
}

/**
 * An adapter of one model, which can be put on and taken off again and again: low-rank updates of its weights, and perhaps
 * numbers in the place of some of its own. It owns its tensors and borrows the model's parameters.
 */
export class Adapter {
  readonly params: Params;
  readonly updates: ReadonlyMap<string, LowRankAdapter>;
  readonly replaced: ReadonlyMap<string, tf.Variable>;
  readonly rankStabilized: boolean;
  readonly dropout: number;
  readonly #base: Params;
  #isAttached = false;

  /** @throws RangeError if the model has no parameter of a path, or one of another shape or kind */
  constructor(base: Params, contents: AdapterContents) {
    checkModule("Adapter", base);
    const { params, updates, replaced = new Map<string, tf.Variable>(), rankStabilized = false } = contents;
    const { dropout = 0 } = contents;
    checkModule("Adapter", params);
    if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`Adapter: expected dropout in [0, 1), got ${dropout}`);
    this.#base = base;
    this.params = params;
    this.updates = updates;
    this.replaced = replaced;
    this.rankStabilized = rankStabilized;
    this.dropout = dropout;
    const weights = base.weights();
    for (const [path, update] of updates) checkUpdate(path, weights.get(path), update);
    for (const [path, value] of replaced) checkReplaced(path, weights.get(path), value);
  }

  /** Whether it is on the model now. */
  get isAttached(): boolean {
    return this.#isAttached;
  }

  /**
   * Puts it on its model, whose passes are those of the adapted model from then on.
   *
   * @throws RangeError if one of the weights has an adapter, before anything is changed
   */
  attach(): void {
    if (this.#isAttached) return;
    const weights = this.#base.weights();
    for (const path of this.updates.keys()) {
      if (weights.get(path)?.adapter === undefined) continue;
      throw new RangeError(`Adapter.attach: expected no adapter yet, got one of ${path}: detach it first`);
    }
    for (const [path, update] of this.updates) (weights.get(path) as Weight).adapter = update;
    this.#exchange();
    this.#isAttached = true;
  }

  /** Takes it off its model, which computes what it did without. */
  detach(): void {
    if (!this.#isAttached) return;
    const weights = this.#base.weights();
    for (const [path, update] of this.updates) {
      const weight = weights.get(path);
      if (weight?.adapter === update) weight.adapter = undefined;
    }
    this.#exchange();
    this.#isAttached = false;
  }

  /**
   * Runs a pass of training, in which each update drops a share {@link Adapter.dropout} of its input, as PEFT's `lora_dropout`
   * has it; where several maps are one module of Hugging Face's, they share A and lose the same values.
   *
   * @param random drops nothing if undefined, as a model's own dropout
   */
  withDropout<T>(random: RandomStream | undefined, pass: () => T): T {
    if (random === undefined || this.dropout === 0) return pass();
    const seed = random.next();
    const inputs = [...new Set([...this.updates.values()].map(({ a }) => a))];
    for (const update of this.updates.values()) {
      const own = new RandomStream(seed).fork(inputs.indexOf(update.a));
      update.dropout = (x) => dropout(x, this.dropout, own);
    }
    try {
      return pass();
    } finally {
      for (const update of this.updates.values()) update.dropout = undefined;
    }
  }

  /**
   * The variables that an optimizer trains while it is on, by full name: those of its updates, and the model's own where
   * their numbers are replaced.
   */
  named(): ReadonlyMap<string, tf.Variable> {
    const own = new Set<tf.Tensor>(this.replaced.values());
    const updates = [...this.params.named()].filter(([, variable]) => !own.has(variable));
    return new Map([...updates, ...this.#holders()]);
  }

  /** The numbers that it has in the place of the model's, by path in the model, wherever they are now. */
  replacements(): ReadonlyMap<string, tf.Variable> {
    return this.#isAttached ? this.#holders() : this.replaced;
  }

  /** Takes it off its model, and disposes of its tensors. */
  dispose(): void {
    this.detach();
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #holders(): ReadonlyMap<string, tf.Variable> {
    const weights = this.#base.weights();
    return new Map([...this.replaced.keys()].map((path) => [path, weights.get(path)?.parts.data as tf.Variable]));
  }

  /** The model's numbers and those in their place change places; no number is copied. */
  #exchange(): void {
    for (const [path, holder] of this.#holders()) {
      const other = this.replaced.get(path) as tf.Variable;
      if (holder === undefined || holder.isDisposed || other.isDisposed) continue; // a model that is gone already
      const [mine, its] = [tf.clone(other), tf.clone(holder)];
      holder.assign(mine);
      other.assign(its);
      tf.dispose([mine, its]);
    }
  }
}

function checkUpdate(path: string, weight: Weight | undefined, { a, b, magnitude }: LowRankAdapter): void {
  if (weight === undefined || (weight.kind !== "matrix" && weight.kind !== "embedding")) {
    throw new RangeError(`Adapter: expected the path of a matrix or a table of the model, got ${path}`);
  }
  const [outputs = 0, ...inputs] = weight.shape;
  const [rank = 0] = a.shape;
  checkShape(`${path}: a`, [rank, tf.util.sizeFromShape(inputs)], a);
  checkShape(`${path}: b`, [outputs, rank], b);
  if (magnitude !== undefined) checkShape(`${path}: magnitude`, [outputs], magnitude);
}

function checkReplaced(path: string, weight: Weight | undefined, value: tf.Tensor): void {
  if (weight === undefined) throw new RangeError(`Adapter: expected the path of a parameter of the model, got ${path}`);
  if (weight.format !== "f32") {
    throw new RangeError(
      `Adapter: expected numbers in the place of a float32 parameter, got ${path}, which is packed: ` +
        `load the model with { dtype: "float32" }`,
    );
  }
  checkShape(path, weight.shape, value);
}

function checkShape(name: string, expected: readonly number[], { shape }: tf.Tensor): void {
  if (tf.util.arraysEqual([...expected], shape)) return;
  throw new RangeError(`Adapter: expected ${name} [${expected}], got [${shape}]`);
}
