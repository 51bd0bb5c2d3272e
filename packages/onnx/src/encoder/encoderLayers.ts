import type { EncoderSpec } from "@qkv/transformer";
import { writeBlock } from "../graph/block.ts";
import type { GraphBuilder } from "../graph/graphBuilder.ts";
import { HIDDEN } from "../graph/hidden.ts";
import { RotaryWriter } from "../graph/rotary.ts";
import { writeLinear, writeNorm } from "../graph/sublayers.ts";
import { OnnxError } from "../onnxError.ts";

/** Inputs of an encoder's graph. */
export interface EncoderGraphInputs {
  /** [B, L] int64 */
  readonly ids: string;
  /** [B, L] int64, 0 at padding */
  readonly attentionMask: string;
  /** [B, L] int64; undefined where tokens have no segments */
  readonly tokenTypes: string | undefined;
}

/** An encoder of text below its heads: its hidden states, [B, L, E]. @throws OnnxError naming what a graph cannot say */
export function writeEncoder(graph: GraphBuilder, spec: EncoderSpec, inputs: EncoderGraphInputs): string {
  const { blocks, scopes, norm, positionBias, scores, isPaddingBlind } = spec;
  for (const [name, value] of Object.entries({ positionBias, scores, isPaddingBlind })) {
    if (value) throw new OnnxError(`exportOnnx: expected an encoder without ${name}, got one with it`);
  }
  const { ids, attentionMask } = inputs;
  const length = graph.op("Squeeze", [graph.op("Shape", [ids], { start: 1, end: 2 }), graph.ints([0])]);
  const range = graph.op("Range", [graph.ints(0), length, graph.ints(1)]); // [L]
  const masks = new NearMasks(graph, range, attentionMask);
  const rotary = new RotaryWriter(graph, graph.op("Unsqueeze", [range, graph.ints([0])]));
  let x = writeEmbeddings(graph, spec, inputs, range);
  for (const [i, block] of blocks.entries()) {
    const mask = masks.of(block.selfAttn.reach);
    x = writeBlock(graph, x, `encoder.${scopes?.[i] ?? `layers.${i}`}`, block, { mask, rotary });
  }
  return norm === undefined ? x : writeNorm(graph, x, "encoder.norm", norm);
}

function writeEmbeddings(
  graph: GraphBuilder,
  { embeddings }: EncoderSpec,
  { ids, attentionMask, tokenTypes }: EncoderGraphInputs,
  range: string,
): string {
  const path = "encoder.embeddings";
  const rows = (table: string, of: string) => graph.op("Gather", [graph.weight(`${path}.${table}.weight`), of]);
  let x = rows("tokens", ids);
  if (tokenTypes !== undefined) x = graph.op("Add", [x, rows("tokenTypes", tokenTypes)]);
  const { positions } = embeddings;
  if (positions !== undefined) {
    const { afterPadding } = positions;
    const at = afterPadding === undefined ? range : countedPositions(graph, ids, afterPadding);
    x = graph.op("Add", [x, rows("positions", at)]);
  }
  x = writeNorm(graph, x, `${path}.norm`, embeddings.norm);
  if (embeddings.isMasked) {
    const kept = graph.op("Unsqueeze", [graph.op("Cast", [attentionMask], { to: 1 }), graph.ints([2])]);
    x = graph.op("Mul", [x, kept]);
  }
  return embeddings.isProjected ? writeLinear(graph, x, `${path}.projection`) : x;
}

/** Positions of tokens from that of padding plus 1 on; padding has its own: [B, L]. */
function countedPositions(graph: GraphBuilder, ids: string, padding: number): string {
  const isToken = graph.op("Cast", [graph.op("Not", [graph.op("Equal", [ids, graph.ints(padding)])])], { to: 7 });
  const counted = graph.op("Mul", [graph.op("CumSum", [isToken, graph.ints(1)]), isToken]);
  return graph.op("Add", [counted, graph.ints(padding)]);
}

/** Masks of attention to both sides, one for each reach. */
class NearMasks {
  readonly #graph: GraphBuilder;
  readonly #range: string;
  readonly #isKept: string;
  readonly #masks = new Map<number | undefined, string>();

  constructor(graph: GraphBuilder, range: string, attentionMask: string) {
    this.#graph = graph;
    this.#range = range;
    const kept = graph.op("Not", [graph.op("Equal", [attentionMask, graph.ints(0)])]);
    this.#isKept = graph.op("Unsqueeze", [kept, graph.ints([1, 2])]); // [B, 1, 1, L]
  }

  /** What is added to the scores: [B, 1, 1, L], or [B, 1, L, L] within a reach. */
  of(reach: number | undefined): string {
    const known = this.#masks.get(reach);
    if (known !== undefined) return known;
    const graph = this.#graph;
    let isSeen = this.#isKept;
    if (reach !== undefined) {
      const [rows, columns] = [1, 0].map((axis) => graph.op("Unsqueeze", [this.#range, graph.ints([axis])]));
      const distance = graph.op("Abs", [graph.op("Sub", [rows as string, columns as string])]);
      const isNear = graph.op("LessOrEqual", [distance, graph.ints(reach)]);
      isSeen = graph.op("And", [isSeen, graph.op("Unsqueeze", [isNear, graph.ints([0, 1])])]);
    }
    const mask = graph.op("Where", [isSeen, graph.number(0), graph.number(HIDDEN)]);
    this.#masks.set(reach, mask);
    return mask;
  }
}
