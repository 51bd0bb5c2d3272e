import * as tf from "@tensorflow/tfjs-core";
import {
  attention,
  layerNorm,
  linear,
  transformerLayer,
  activate,
  type LinearWeights,
  type NormWeights,
  type TransformerLayerAttrs,
  type TransformerLayerInputs,
  type TransformerLayerWeights,
} from "@qkv/ops";
import { describeBackends, expectClose, wave } from "@qkv/testing";
import { expect, test } from "vitest";

/** The sizes of a layer: B, H, query length, past length, width of a head, of the layer, of its feed-forward, memory. */
interface Sizes {
  readonly B: number;
  readonly H: number;
  readonly Q: number;
  readonly P: number;
  readonly D: number;
  readonly E: number;
  readonly F: number;
  readonly S: number;
}

const linearOf = (from: number, to: number, phase: number): LinearWeights => ({
  weight: wave([to, from], phase),
  bias: wave([to], phase + 0.5),
});
const normOf = (width: number, phase: number): NormWeights => ({
  weight: wave([width], phase),
  bias: wave([width], 9),
});

const around = (norm: NormWeights) => ({ norm, postNorm: undefined, layerScale: undefined });
const plain = { qNorm: undefined, sinks: undefined };

function weightsOf({ H, D, E, F, S }: Sizes): TransformerLayerWeights {
  const [qProj, kProj, vProj] = [linearOf(E, H * D, 1), linearOf(E, H * D, 2), linearOf(E, H * D, 3)];
  const outProj = linearOf(H * D, E, 4);
  return {
    selfAttn: { ...plain, qProj, kProj, vProj, outProj, kNorm: undefined, ...around(normOf(E, 5)) },
    crossAttn:
      S === 0
        ? undefined
        : { ...plain, qProj: linearOf(E, H * D, 9), outProj: linearOf(H * D, E, 10), ...around(normOf(E, 11)) },
    ffn: { fc1: linearOf(E, F, 6), fc2: linearOf(F, E, 7), ...around(normOf(E, 8)) },
  };
}

function attrsOf({ H, D, S }: Sizes, placement: "pre" | "post"): TransformerLayerAttrs {
  const none = { window: undefined, softcap: undefined, qkNorm: undefined, rotary: undefined };
  const attention = { ...none, numHeads: H, numKeyValueHeads: H, scale: 1 / Math.sqrt(D || 1) };
  return {
    norm: { kind: "layerNorm", eps: 1e-5, unitOffset: false },
    placement,
    parallel: undefined,
    branchScale: undefined,
    selfAttn: { ...attention, causal: true },
    crossAttn: S === 0 ? undefined : { ...attention, causal: false },
    ffn: { kind: "mlp", activation: "gelu" },
  };
}

function inputsOf({ B, H, Q, P, D, E, S }: Sizes): TransformerLayerInputs {
  return {
    x: wave([B, Q, E], 0),
    ...(P > 0 && { pastKeys: wave([B, H, P, D], 1), pastValues: wave([B, H, P, D], 2) }),
    ...(S > 0 && { memoryKeys: wave([B, H, S, D], 3), memoryValues: wave([B, H, S, D], 4) }),
  };
}

const apply = (x: tf.Tensor, { weight, bias }: LinearWeights) => linear(x, weight, bias);
const norm = (x: tf.Tensor, { weight, bias } = {} as NormWeights) => layerNorm(x, weight, bias as tf.Tensor, 1e-5);

/** The layer written in the operations that it is made of. */
function composed(
  weights: TransformerLayerWeights,
  inputs: TransformerLayerInputs,
  { B, H, Q, D }: Sizes,
  order: "pre" | "post",
) {
  const heads = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [B, Q, H, D]), [0, 2, 1, 3]);
  const rows = (x: tf.Tensor) => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [B, Q, H * D]);
  const residual = (x: tf.Tensor, weight: NormWeights | undefined, sublayer: (x: tf.Tensor) => tf.Tensor) =>
    order === "pre" ? tf.add(x, sublayer(norm(x, weight))) : norm(tf.add(x, sublayer(x)), weight);
  const { pastKeys, pastValues, memoryKeys, memoryValues } = inputs;
  const after = (past: tf.Tensor | undefined, x: tf.Tensor) => (past === undefined ? x : tf.concat([past, x], 2));
  let [keys, values] = [inputs.x, inputs.x];
  const { selfAttn, crossAttn, ffn } = weights;
  let y = residual(inputs.x, selfAttn.norm, (x) => {
    keys = after(pastKeys, heads(apply(x, selfAttn.kProj)));
    values = after(pastValues, heads(apply(x, selfAttn.vProj)));
    return apply(rows(attention(heads(apply(x, selfAttn.qProj)), keys, values, { causal: true })), selfAttn.outProj);
  });
  if (crossAttn && memoryKeys && memoryValues)
    y = residual(y, crossAttn.norm, (x) =>
      apply(rows(attention(heads(apply(x, crossAttn.qProj)), memoryKeys, memoryValues)), crossAttn.outProj),
    );
  const { fc1, fc2 } = ffn as { readonly fc1: LinearWeights; readonly fc2: LinearWeights };
  const output = residual(y, ffn.norm, (x) => apply(activate(apply(x, fc1), "gelu"), fc2));
  return { output, keys, values };
}

const SIZES = [0, 1, 5];
const LONG = { Q: 640, P: 5, S: 5, D: 5 }; // whose program needs more memory than the heap keeps for programs
const choices = [LONG, ...SIZES.flatMap((Q) => SIZES.flatMap((P) => SIZES.map((D) => ({ Q, P, S: P, D }))))];

describeBackends("a layer of odd sizes equals its operations", (backend) => {
  test.each(["pre", "post"] as const)("%s-norm", async (normOrder) => {
    for (const chosen of choices)
      for (const [B, H, E, F] of [
        [2, 3, 7, 5],
        [1, 1, 1, 1],
        [0, 3, 7, 5],
        [1, 3, 7, 0],
        [1, 1, 0, 4],
        [1, 3, 17, 67],
      ] as const) {
        if (chosen === LONG && F !== 67) continue;
        const sizes = { ...chosen, B, H, E, F };
        const [weights, inputs] = [weightsOf(sizes), inputsOf(sizes)];
        const fused = transformerLayer(weights, attrsOf(sizes, normOrder))(inputs);
        const isFused = backend === "wasm" && B * sizes.Q * E * F * sizes.D > 0;
        expect(fused !== undefined, JSON.stringify(sizes)).toBe(isFused);
        const wanted = tf.tidy(() => composed(weights, inputs, sizes, normOrder));
        if (fused !== undefined)
          for (const name of ["output", "keys", "values"] as const)
            await expectClose(fused[name], wanted[name], { atol: 1e-4, rtol: 1e-4 });
        tf.dispose([weights, inputs, fused, wanted] as unknown as tf.TensorContainer);
      }
  });
});
