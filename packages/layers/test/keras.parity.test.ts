// Keras's and KerasHub's numbers, for every layer and every way to call it, on variables set in Keras's order.
import { readFileSync } from "node:fs";
import {
  MultiHeadAttention,
  type MultiHeadAttentionConfig,
  RMSNormalization,
  SinePositionEncoding,
  TokenAndPositionEmbedding,
  TransformerDecoder,
  TransformerEncoder,
} from "@qkv/layers";
import { describeBackends, expectClose, golden, toleranceOf } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import type { layers as tfLayers } from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, expect, test } from "vitest";

const LAYERS: Readonly<Record<string, unknown>> = {
  ...{ MultiHeadAttention, RMSNormalization, SinePositionEncoding },
  ...{ TokenAndPositionEmbedding, TransformerDecoder, TransformerEncoder },
};

interface Case {
  readonly kind: string;
  readonly config: MultiHeadAttentionConfig;
  readonly call: Readonly<Record<string, unknown>>;
  readonly weights: readonly string[];
}

const folder = new URL("golden/", import.meta.url);
const keras = golden(new URL("keras.safetensors", folder));
const cases = JSON.parse(readFileSync(new URL("keras.json", folder), "utf8")) as Readonly<Record<string, Case>>;

/** The tensors of a case whose names begin so, by the rest of their names; numbered ones in their order. */
function tensors(prefix: string): Map<string, tf.Tensor> {
  const rests = [...keras.under(prefix).keys()].sort((a, b) => Number(a) - Number(b));
  return new Map(rests.map((rest) => [rest, keras.tensor(prefix + rest)]));
}

/** The inputs of a case: those that are the same numbers are one tensor, with the mask that Keras had on it. */
function inputsOf(name: string): tf.Tensor[] {
  const implied = tensors(`${name}.implied.`);
  const different = new Map<string, tf.Tensor>();
  return [...tensors(`${name}.inputs.`)].map(([place, x]) => {
    const key = x.dataSync().join();
    const input = different.get(key) ?? Object.assign(x, { kerasMask: implied.get(place) });
    different.set(key, input);
    return input;
  });
}

function layerOf(name: string): tfLayers.Layer {
  const { kind, config } = cases[name] as Case;
  const Layer = LAYERS[kind] as typeof MultiHeadAttention;
  return new Layer({ ...config, weights: [...tensors(`${name}.weights.`).values()] });
}

function outputsOf(name: string, layer: tfLayers.Layer, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const call = { ...cases[name]?.call, ...Object.fromEntries(tensors(`${name}.call.`)) };
  return [layer.apply([...inputs], call)].flat() as tf.Tensor[];
}

describeBackends("Keras", (backend) => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  test.each(Object.keys(cases))("%s", async (name) => {
    const layer = layerOf(name);
    const outputs = outputsOf(name, layer, inputsOf(name));
    const expected = tensors(`${name}.outputs.`);
    expect(outputs).toHaveLength(expected.size);
    for (const [i, output] of outputs.entries()) {
      await expectClose(
        output,
        keras.tensor(`${name}.outputs.${i}`),
        backend === "webgpu" ? { atol: 5e-4, rtol: 5e-4 } : toleranceOf(backend),
      ); // its sines
    }
    const paths = layer.weights.map(({ originalName }) => originalName.slice(`${layer.name}/`.length));
    expect(paths).toEqual(cases[name]?.weights);
    layer.dispose();
  });

  const withGradients = Object.keys(cases).filter((name) => keras.names.includes(`${name}.probe`));
  test.each(withGradients)("the gradients of %s", async (name) => {
    const layer = layerOf(name);
    outputsOf(name, layer, inputsOf(name)); // makes its variables
    const weights = layer.weights.map((weight) => weight.read() as tf.Variable);
    const inputs = inputsOf(name).map((x) => tf.variable(x));
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(outputsOf(name, layer, inputs)[0] as tf.Tensor, keras.tensor(`${name}.probe`))) as tf.Scalar,
      [...inputs, ...weights],
    );
    for (const [kind, variables] of Object.entries({ inputs, weights })) {
      for (const [i, variable] of variables.entries()) {
        const expected = keras.tensor(`${name}.gradients.${kind}.${i}`);
        await expectClose(grads[variable.name] as tf.Tensor, expected, { atol: 5e-5, rtol: 5e-5 });
      }
    }
    tf.dispose(inputs);
    layer.dispose();
  });
});
