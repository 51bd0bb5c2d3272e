import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { generate, gpt2 } from "@qkv/transformer";

await initBackend("wasm");
const config = gpt2.parseConfig({ model_type: "gpt2", vocab_size: 65, n_embd: 32, n_layer: 2, n_head: 4 });
const model = gpt2.build(Params.initialized(1), { ...config, eosTokenIds: [] });
const cache = model.createCache();

let text: readonly number[] = [];
for (const question of [
  [1, 2, 3],
  [4, 5],
]) {
  const [[answer] = []] = await generate(model, [[...text, ...question]], { maxNewTokens: 5, cache });
  text = answer?.ids ?? []; // the conversation so far
  console.log(text.length, cache.length); // 8 7, then 15 14: the last token is read with the next question
}
cache.dispose();
model.dispose();
