import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder, savePretrained } from "@qkv/pretrained/node";
import { AdamW, train } from "@qkv/training";
import { generate } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { heron } from "./heron/index.ts";

await initBackend();
const sizes = { vocab_size: 16, hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 4 };
const model = heron.build(Params.initialized(1), heron.parseConfig({ model_type: "heron", ...sizes }));

// it learns to count in a circle
const params = model.params.named();
const loss = (ids: number[]) =>
  model.loss({ ids: tf.tensor2d([ids.slice(0, -1)], undefined, "int32"), labels: tf.tensor2d([ids.slice(1)], undefined, "int32") }); // prettier-ignore
const counting = Array.from({ length: 33 }, (_, i) => i % 16);
const optimizer = new AdamW(params, { learningRate: 0.01 });
await train({ params, batches: () => [counting], loss }, { optimizer, maxSteps: 60 });

// it is saved in Hugging Face's format, and opened as any other
const folder = await mkdtemp(join(tmpdir(), "heron-"));
await savePretrained(folder, { model, families: [heron] });
const opened = await loadPretrained(modelFolder(folder), { families: [heron] });
const [[sequence] = []] = await generate(opened.model, [[5, 6, 7]], { maxNewTokens: 4 });
console.log(opened.modelType, opened.architecture, sequence?.ids.join(" "));

for (const each of [optimizer, model, opened.model]) each.dispose();
