import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { generate, gpt2 } from "@qkv/transformer";

await initBackend("wasm");
const config = gpt2.parseConfig({
  model_type: "gpt2",
  vocab_size: 65,
  n_embd: 32,
  n_layer: 2,
  n_head: 4,
  n_positions: 64,
});
const model = gpt2.build(Params.initialized(1), { ...config, eosTokenIds: [] });
const [sequences] = await generate(model, [[1, 2, 3]], { maxNewTokens: 5, sampling: { temperature: 0.8, seed: 1 } });
console.log(sequences?.[0]?.ids.length); // 8: the prompt and what follows
model.dispose();
