import type { FusedActivation, TransformerLayerAttrs } from "@qkv/ops";
import { RELU } from "../matMul.ts";
import { packedBytes } from "../packed.ts";
import type { LinearAt, RowSteps } from "./rowSteps.ts";
import type { Sublayer } from "./sublayer.ts";

/** Prepares a feed-forward of any kind. */
export function feedForward(steps: RowSteps, { kind, activation }: TransformerLayerAttrs["ffn"]): Sublayer {
  const name = activation as FusedActivation;
  const map = (part: string) => steps.linearAt(`ffn.${part}`);
  if (kind === "mlp") return mlp(steps, map("fc1"), map("fc2"), name);
  const [gate, up] = kind === "gated" ? [map("gateProj"), map("upProj")] : halves(map("gateUpProj"));
  return gated(steps, gate, up, map("downProj"), name);
}

function mlp(steps: RowSteps, first: LinearAt, last: LinearAt, activation: FusedActivation): Sublayer {
  return (from, to, mode, beside) => {
    const hidden = steps.take(first.to);
    steps.linear(first, from, hidden, activation === "relu" ? RELU : 0, beside);
    if (activation !== "relu") steps.activate(hidden, first.to, activation);
    steps.linear(last, hidden, to, mode);
  };
}

function gated(steps: RowSteps, gate: LinearAt, up: LinearAt, down: LinearAt, activation: FusedActivation): Sublayer {
  const width = gate.to;
  return (from, to, mode, beside) => {
    const [hidden, values] = [steps.take(width), steps.take(width)];
    steps.linear(gate, from, hidden, activation === "relu" ? RELU : 0, beside);
    steps.linear(up, from, values, 0, true);
    if (activation !== "relu") steps.activate(hidden, width, activation);
    steps.multiply(hidden, values, width);
    steps.linear(down, hidden, to, mode);
  };
}

/** The gate's rows of a packed map, and the values' rows after them. */
function halves(map: LinearAt): [LinearAt, LinearAt] {
  const { weight, format, bias, from, to } = map;
  const half = to / 2;
  const bytes = format === undefined ? half * from * 4 : packedBytes(format, half, from);
  const values = { weight: weight + bytes, bias: bias === 0 ? 0 : bias + half * 4 };
  return [
    { ...map, to: half },
    { ...map, ...values, to: half },
  ];
}
