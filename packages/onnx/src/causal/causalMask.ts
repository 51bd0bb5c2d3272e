import type { GraphBuilder } from "../graph/graphBuilder.ts";
import { HIDDEN } from "../graph/hidden.ts";

/** Masks of causal attention, one for each sliding window, made when they are first asked for. */
export class CausalMasks {
  readonly #graph: GraphBuilder;
  readonly #queries: string;
  readonly #keys: string;
  readonly #isKept: string;
  readonly #masks = new Map<number | undefined, string>();

  /**
   * @param ids [B, Q] int64
   * @param attentionMask [B, K] int64, 0 at padding, of all keys
   */
  constructor(graph: GraphBuilder, ids: string, attentionMask: string) {
    const scalar = (value: string, axis: number) =>
      graph.op("Squeeze", [graph.op("Shape", [value], { start: axis, end: axis + 1 }), graph.ints([0])]);
    const [queries, keys] = [scalar(ids, 1), scalar(attentionMask, 1)];
    const range = (from: string, to: string) => graph.op("Range", [from, to, graph.ints(1)]);
    const zero = graph.ints(0);
    this.#queries = graph.op("Unsqueeze", [range(graph.op("Sub", [keys, queries]), keys), graph.ints([1])]); // [Q, 1]
    this.#keys = graph.op("Unsqueeze", [range(zero, keys), graph.ints([0])]); // [1, K]
    const kept = graph.op("Not", [graph.op("Equal", [attentionMask, zero])]);
    this.#isKept = graph.op("Unsqueeze", [kept, graph.ints([1, 2])]); // [B, 1, 1, K]
    this.#graph = graph;
  }

  /** What is added to the scores: [B, 1, Q, K]. */
  of(window: number | undefined): string {
    const known = this.#masks.get(window);
    if (known !== undefined) return known;
    const graph = this.#graph;
    let isSeen = graph.op("LessOrEqual", [this.#keys, this.#queries]);
    if (window !== undefined) {
      const first = graph.op("Sub", [this.#queries, graph.ints(window)]);
      isSeen = graph.op("And", [isSeen, graph.op("Greater", [this.#keys, first])]);
    }
    const all = graph.op("And", [graph.op("Unsqueeze", [isSeen, graph.ints([0, 1])]), this.#isKept]);
    const mask = graph.op("Where", [all, graph.number(0), graph.number(HIDDEN)]);
    this.#masks.set(window, mask);
    return mask;
  }
}
