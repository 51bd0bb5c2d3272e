import { initBackend } from "@qkv/backend";
import { AdapterSet } from "@qkv/nn";
import { createAdapter, loadAdapter, loadPretrained } from "@qkv/pretrained";
import { modelFiles, modelFolder, saveAdapter } from "@qkv/pretrained/node";
import { AdamW, lossAndGradients } from "@qkv/training";
import { llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

await initBackend();
const files = modelFiles("packages/pretrained/test/golden/gguf/qwen2.gguf"); // or "HuggingFaceTB/SmolLM2-135M-Instruct"
const { model } = await loadPretrained(files, { families: [llama] });
const adapter = await createAdapter(model, { rank: 4, alpha: 8, targetModules: ["q_proj", "v_proj"] });
adapter.attach();

const optimizer = new AdamW(adapter.named(), { learningRate: 0.01 });
const ids = tf.tensor2d([[5, 6, 7, 8]], [1, 4], "int32");
const labels = tf.tensor2d([[6, 7, 8, -100]], [1, 4], "int32"); // what follows each token; -100 is not learned
for (let step = 0; step < 10; step++) {
  const { loss, gradients } = lossAndGradients(adapter.named(), () => model.loss({ ids, labels }));
  if (step % 9 === 0) console.log((await loss.data())[0]?.toFixed(1));
  optimizer.step(gradients);
  tf.dispose([loss, ...gradients.values()]);
}
await saveAdapter("runs/adapter", { model, adapter, base: "Qwen/Qwen2-0.5B" });

const adapters = new AdapterSet();
adapters.add("trained", adapter);
adapters.add("again", await loadAdapter(model, modelFolder("runs/adapter")));
adapter.detach();
for (const name of ["again", null]) {
  adapters.use(name);
  console.log(adapters.active ?? "none");
}

adapters.dispose();
optimizer.dispose();
tf.dispose([ids, labels]);
model.dispose();
