// What docs/families.md says of a layer on wasm, of the types that no other test counts.
import { readFileSync } from "node:fs";
import { loadPretrained, memoryFiles, type ModelFiles } from "@qkv/pretrained";
import { describeBackends, type Golden, golden } from "@qkv/testing";
import { safeTensor, writeSafetensors } from "@qkv/safetensors";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { goldenFolder } from "./goldenFolder.ts";

/** The kernels of whole layers that a model runs for the inputs of its golden. */
async function counted(files: ModelFiles, arrays: Golden): Promise<number> {
  const { model } = await loadPretrained(files);
  const named = (name: string) => (arrays.names.includes(name) ? arrays.tensor(name) : undefined);
  const pixels = named("pixel_values") ?? named("image/0/pixel_values");
  const ids = named("input/ids") ?? named("input_ids");
  const speech = {
    features: named("input/features"),
    decoderIds: named("input/decoder_ids"),
    samples: named("input/samples"),
  };
  const isTwo = ids !== undefined && pixels !== undefined;
  const inputs = pixels === undefined || isTwo ? { ids, pixels, ...speech } : pixels;
  try {
    const { kernels } = await tf.profile(() => {
      const outputs = (model as unknown as { forward(inputs: unknown): tf.TensorContainer }).forward(inputs);
      tf.dispose(outputs);
    });
    return kernels.filter(({ name }) => name === "QkvTransformerLayer").length;
  } finally {
    tf.dispose([ids, pixels, ...Object.values(speech)].filter((tensor) => tensor !== undefined));
    model.dispose();
  }
}

describeBackends(
  "a layer is one kernel",
  () => {
    test.each([
      ...["phi", "stablelm", "cohere", "gptj", "opt", "bloom", "falcon", "falcon-new", "falcon-alibi"],
      ...["whisper", "wav2vec2", "hubert"],
    ])("%s", async (name) => {
      const { files, arrays, config } = goldenFolder(name);
      const fields = name === "whisper" ? ["encoder_layers", "decoder_layers"] : ["num_hidden_layers", "n_layer"];
      const layers = fields.reduce((sum, field) => sum + Number(config[field] ?? 0), 0);
      expect(await counted(files(), arrays)).toBe(layers);
    });

    test.each([
      "clip-both",
      "clip-text",
      "clip-vision",
      "siglip-both",
      "siglip-vision",
      "beit-classifier",
      "yolos",
      "depth-anything",
    ])("%s", async (name) => {
      const file = (ending: string) => new URL(`../../vit/test/golden/${name}.${ending}`, import.meta.url);
      const arrays = golden(file("safetensors"));
      const json = JSON.parse(readFileSync(file("json"), "utf8")) as Record<string, Record<string, unknown>>;
      const config = json["config"] ?? json;
      const tensors = new Map(
        [...arrays.under("weights/")].map(([key, { data, shape }]) => [key, safeTensor(data, shape)]),
      );
      const files = memoryFiles(
        name,
        new Map([
          ["config.json", new TextEncoder().encode(JSON.stringify(config))],
          ["model.safetensors", writeSafetensors(tensors)],
        ]),
      );
      const towers = ["text_config", "vision_config", "backbone_config"].flatMap((field) => config[field] ?? []);
      const parts = (towers.length > 0 ? towers : [config]) as Record<string, unknown>[];
      const layers = parts.reduce((sum, part) => sum + Number(part["num_hidden_layers"]), 0);
      expect(await counted(files, arrays)).toBe(layers);
    });
  },
  ["wasm"],
);
