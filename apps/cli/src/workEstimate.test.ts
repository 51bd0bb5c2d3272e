import { memoryFiles } from "@qkv/pretrained";
import { expect, test } from "vitest";
import { estimateWork, imageRows, textRows, workOf } from "./workEstimate.ts";

const rows = () => 1;

test.each([
  ["ViT-B/16", { hidden_size: 768, num_hidden_layers: 12, intermediate_size: 3072, hidden_act: "gelu" }, 85e6],
  ["MiniLM", { hidden_size: 384, num_hidden_layers: 6, intermediate_size: 1536, hidden_act: "gelu" }, 10.6e6],
  ["GPT-2", { n_embd: 768, n_layer: 12 }, 85e6],
  ["OPUS-MT", { d_model: 512, encoder_layers: 6, decoder_layers: 6, encoder_ffn_dim: 2048 }, 38e6],
  ["T5-small", { d_model: 512, num_layers: 6, num_decoder_layers: 6, d_ff: 2048 }, 38e6],
  ["Llama 3.2 1B", { hidden_size: 2048, num_hidden_layers: 16, intermediate_size: 8192, hidden_act: "silu" }, 1.07e9],
])("%s has about as many parameters in its layers", (_, config, expected) => {
  const { parameters = 0 } = estimateWork(config, rows) ?? {};
  expect(parameters / expected).toBeGreaterThan(0.95);
  expect(parameters / expected).toBeLessThan(1.05);
});

test("images are patches and a class token, texts four characters a token", () => {
  expect(imageRows({ image_size: 224, patch_size: 16 })).toBe(197);
  expect(imageRows({ image_size: [224, 224] })).toBeUndefined();
  expect(textRows(["A dog runs.", ""])).toBe(3);
});

test("there is no estimate where sizes or rows are unknown, or the config cannot be read", async () => {
  expect(estimateWork({ model_type: "clip", vision_config: {} }, rows)).toBeUndefined();
  expect(estimateWork({ hidden_size: 8, num_hidden_layers: 1 }, () => undefined)).toBeUndefined();
  const files = (text: string) => memoryFiles("it", new Map([["config.json", new TextEncoder().encode(text)]]));
  await expect(workOf(files("{"), rows)).resolves.toBeUndefined();
  await expect(workOf(memoryFiles("it", new Map()), rows)).resolves.toBeUndefined();
  await expect(workOf(files('{"hidden_size":8,"num_hidden_layers":1}'), rows)).resolves.toEqual({
    parameters: 8 * 8 * 12,
    rows: 1,
  });
});
