import { rotaryFrequencies, type RotaryPositions } from "@qkv/attention";
import { OnnxError } from "../onnxError.ts";
import type { GraphBuilder } from "./graphBuilder.ts";

/** Cosines and sines of positions: [B, 1, L, D / 2] each. */
export type Angles = readonly [cos: string, sin: string];

/** Rotary positions in a graph: each kind's angles are computed once. */
export class RotaryWriter {
  readonly #graph: GraphBuilder;
  readonly #positions: string;
  readonly #angles = new Map<RotaryPositions, Angles>();

  /** @param positions [B, L] int64 */
  constructor(graph: GraphBuilder, positions: string) {
    this.#graph = graph;
    this.#positions = positions;
  }

  /** Turns heads by the positions of their tokens: [B, H, L, D] -> [B, H, L, D]. */
  rotate(x: string, rotary: RotaryPositions, headDim: number): string {
    const graph = this.#graph;
    const { dim, layout } = rotary;
    const angles = this.#anglesOf(rotary);
    const rest = headDim - dim;
    const [turning = "", still] =
      rest > 0 ? graph.ops("Split", [x, graph.ints([dim, rest])], 2, { axis: 3 }) : [x, undefined];
    const turned = layout === "halves" ? this.#halves(turning, dim, angles) : this.#pairs(turning, dim, angles);
    return still === undefined ? turned : graph.op("Concat", [turned, still], { axis: 3 });
  }

  #halves(x: string, dim: number, angles: Angles): string {
    const [a = "", b = ""] = this.#graph.ops("Split", [x, this.#graph.ints([dim / 2, dim / 2])], 2, { axis: 3 });
    return this.#graph.op("Concat", this.#turn(a, b, angles), { axis: 3 });
  }

  /** Feature 2i is paired with feature 2i + 1. */
  #pairs(x: string, dim: number, angles: Angles): string {
    const graph = this.#graph;
    const axis = graph.ints([4]);
    const pairs = graph.op("Reshape", [x, graph.ints([0, 0, 0, dim / 2, 2])]);
    const halves = graph.ops("Split", [pairs, graph.ints([1, 1])], 2, { axis: 4 });
    const [a = "", b = ""] = halves.map((half) => graph.op("Squeeze", [half, axis]));
    const turned = this.#turn(a, b, angles).map((half) => graph.op("Unsqueeze", [half, axis]));
    return graph.op("Reshape", [graph.op("Concat", turned, { axis: 4 }), graph.ints([0, 0, 0, dim])]);
  }

  #turn(a: string, b: string, [cos, sin]: Angles): readonly [string, string] {
    const graph = this.#graph;
    const times = (x: string, y: string) => graph.op("Mul", [x, y]);
    return [graph.op("Sub", [times(a, cos), times(b, sin)]), graph.op("Add", [times(b, cos), times(a, sin)])];
  }

  #anglesOf(rotary: RotaryPositions): Angles {
    const known = this.#angles.get(rotary);
    if (known !== undefined) return known;
    const { config } = rotary;
    const type = config === undefined ? "angles of its own" : config.scaling?.type;
    if (config === undefined || type === "dynamic" || type === "longrope") {
      throw new OnnxError(`exportOnnx: expected rotary positions that do not depend on the text's length, got ${type}`);
    }
    const graph = this.#graph;
    const { frequencies, scale } = rotaryFrequencies(config, 1);
    const rates = graph.numbers(Float32Array.from(frequencies), [1, 1, 1, frequencies.length]);
    const positions = graph.op("Cast", [this.#positions], { to: 1 });
    const angles = graph.op("Mul", [graph.op("Unsqueeze", [positions, graph.ints([1, 3])]), rates]);
    const [cos = "", sin = ""] = ["Cos", "Sin"].map((type) => {
      const value = graph.op(type, [angles]);
      return scale === 1 ? value : graph.op("Mul", [value, graph.number(scale)]);
    });
    this.#angles.set(rotary, [cos, sin]);
    return [cos, sin];
  }
}
