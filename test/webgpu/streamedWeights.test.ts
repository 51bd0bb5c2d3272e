import { describeBackends, expectNoLeaks } from "@qkv/testing";
import { loadPretrained, type ModelFiles } from "@qkv/pretrained";
import { llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

// How much of a file JavaScript holds while it is loaded: bytes of ArrayBuffers, in which all of them come.

const [VOCABULARY, WIDTH, INNER] = [65_536, 512, 64];

const CONFIG = {
  ...{ model_type: "llama", vocab_size: VOCABULARY, hidden_size: WIDTH, intermediate_size: INNER },
  ...{ num_hidden_layers: 1, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 16 },
  ...{ tie_word_embeddings: true },
};

const SHAPES = {
  "model.embed_tokens.weight": [VOCABULARY, WIDTH],
  "model.layers.0.input_layernorm.weight": [WIDTH],
  "model.layers.0.post_attention_layernorm.weight": [WIDTH],
  "model.layers.0.self_attn.q_proj.weight": [WIDTH, WIDTH],
  "model.layers.0.self_attn.k_proj.weight": [WIDTH / 2, WIDTH],
  "model.layers.0.self_attn.v_proj.weight": [WIDTH / 2, WIDTH],
  "model.layers.0.self_attn.o_proj.weight": [WIDTH, WIDTH],
  "model.layers.0.mlp.gate_proj.weight": [INNER, WIDTH],
  "model.layers.0.mlp.up_proj.weight": [INNER, WIDTH],
  "model.layers.0.mlp.down_proj.weight": [WIDTH, INNER],
  "model.norm.weight": [WIDTH],
};

/** A model whose numbers are all 1, made as they are read, and the most bytes that ArrayBuffers had at a read. */
function filesOfOnes(dtype: "F16" | "F32") {
  const one = dtype === "F16" ? Uint8Array.of(0, 0x3c) : Uint8Array.of(0, 0, 0x80, 0x3f);
  let end = 0;
  const entries = Object.entries(SHAPES).map(([name, shape]) => {
    const start = end;
    end += one.length * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype, shape, data_offsets: [start, end] }];
  });
  let json = JSON.stringify(Object.fromEntries(entries));
  json = json.padEnd(Math.ceil(json.length / 8) * 8);
  const header = new Uint8Array(8 + json.length);
  new DataView(header.buffer).setUint32(0, json.length, true);
  header.set(new TextEncoder().encode(json), 8);
  let most = 0;
  const read = (start: number, to: number, into = new Uint8Array(to - start)) => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
    if (start < header.length) into.set(header.subarray(start, to));
    else for (let i = 0; i < into.length; i++) into[i] = one[(start - header.length + i) % one.length] as number;
    return Promise.resolve(into);
  };
  const size = header.length + end;
  const files: ModelFiles = {
    name: "ones",
    read: (file) =>
      Promise.resolve(file === "config.json" ? new TextEncoder().encode(JSON.stringify(CONFIG)) : undefined),
    open: (file) =>
      Promise.resolve(file === "model.safetensors" ? { size, read, close: () => Promise.resolve() } : undefined),
  };
  return { files, size, most: () => most };
}

describeBackends(
  "weights on their way to a GPU",
  () => {
    test.each([
      ["F16", "f16"],
      ["F32", "f32"],
    ] as const)("of a model in %s JavaScript holds a few parts at a time", (dtype, format) =>
      expectNoLeaks(async () => {
        const { files, size, most } = filesOfOnes(dtype);
        const before = process.memoryUsage().arrayBuffers;
        const { model } = await loadPretrained(files, { families: [llama] });
        expect(size).toBeGreaterThan(65e6);
        expect(most() - before).toBeLessThan(40e6); // two parts of 4 MiB, what becomes of them, and what waits for collection
        const weight = model.params.weights().get("embedding.weight");
        if (weight === undefined) throw new Error("expected an embedding.weight");
        expect(weight.format).toBe(format);
        const { data } = weight.parts;
        const last = tf.tidy(() => tf.slice(tf.reshape(data, [data.size]), data.size - 3, 3));
        expect([...(await last.data())]).toEqual(Array(3).fill(dtype === "F16" ? 0x3c003c00 : 1));
        last.dispose();
        model.dispose();
      }),
    );
  },
  ["webgpu"],
);
