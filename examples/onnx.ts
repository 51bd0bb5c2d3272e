import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { exportOnnx } from "@qkv/onnx";
import { gpt2 } from "@qkv/transformer";

await initBackend();
const config = gpt2.parseConfig({
  model_type: "gpt2",
  vocab_size: 50,
  n_embd: 16,
  n_head: 2,
  n_layer: 1,
  n_positions: 8,
});
const model = gpt2.build(Params.initialized(1), config); // or the model that loadPretrained gives
for (const { name, parts } of await exportOnnx(model)) {
  console.log(name, parts.reduce((sum, { length }) => sum + length, 0) > 10_000); // write the parts one after another
}
model.dispose();
