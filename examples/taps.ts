import { initBackend } from "@qkv/backend";
import { Params, Recorder } from "@qkv/nn";
import { generate, gpt2, withTaps } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

await initBackend("wasm");
const config = gpt2.parseConfig({ model_type: "gpt2", vocab_size: 65, n_embd: 32, n_layer: 2, n_head: 4 });
const model = gpt2.build(Params.initialized(1), { ...config, eosTokenIds: [] });

const seen = new Recorder(["layers.*", "layers.*.selfAttn.probabilities"]);
const ids = tf.tensor2d([[1, 2, 3]], undefined, "int32");
model.forward({ ids }, { taps: seen }).logits.dispose();
console.log(seen.paths.join(" "), seen.get("layers.1.selfAttn.probabilities").shape.join()); // [B, H, L, L]
seen.dispose();

const withoutFfn = new Recorder([], { "layers.1.ffn": (y) => tf.zerosLike(y) }); // any activation may be replaced
const [[best] = []] = await generate(withTaps(model, withoutFfn), [[1, 2, 3]], { maxNewTokens: 5 });
console.log(best?.ids.length);
tf.dispose(ids);
model.dispose();
