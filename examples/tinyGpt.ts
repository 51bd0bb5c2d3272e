import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { AdamW, train } from "@qkv/training";
import { generate, gpt2 } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

await initBackend();
const text = Buffer.from("she sells sea shells by the sea shore, ".repeat(2)); // 78 bytes, each a token
const sizes = { vocab_size: 128, n_embd: 32, n_layer: 2, n_head: 4, n_positions: 80 };
const config = gpt2.parseConfig({ model_type: "gpt2", ...sizes });
const model = gpt2.build(Params.initialized(1), { ...config, eosTokenIds: [] });

const params = model.params.named();
const row = (bytes: Uint8Array) => tf.tensor2d([[...bytes]], undefined, "int32"); // [1, L]
const loss = (bytes: Uint8Array) => model.loss({ ids: row(bytes.slice(0, -1)), labels: row(bytes.slice(1)) });
const optimizer = new AdamW(params, { learningRate: 0.01 });
await train({ params, batches: () => [text], loss }, { optimizer, maxSteps: 80 });

const [sequences] = await generate(model, [[...Buffer.from("she sells")]], { maxNewTokens: 15 });
console.log(String(Buffer.from(sequences?.[0]?.ids ?? []))); // she sells sea shells by
optimizer.dispose();
model.dispose();
