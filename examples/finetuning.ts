import { initBackend } from "@qkv/backend";
import { textClassification } from "@qkv/finetuning";
import { createTextClassifier, loadPretrained } from "@qkv/pretrained";
import { modelFiles, savePretrained } from "@qkv/pretrained/node";
import { AdamW, train } from "@qkv/training";

await initBackend();
const records = ["a good program", "the engine is good", "a bad program", "the engine is bad"].map((text) => ({
  text,
  label: text.includes("good") ? "good" : "bad",
}));
const settings = { labels: ["good", "bad"] };
const raws = records.map((record) => textClassification.read(record, settings)); // refuses what is no record
const pretrained = await loadPretrained(modelFiles("tiny/embedder"), {
  dtype: "float32", // all of it is trained
  initialize: textClassification.initialize(raws, settings),
});
console.log(pretrained.architecture, settings.labels.join());

const { model, tokenizer } = pretrained;
const encode = textClassification.encoder(pretrained, settings);
const examples = (await Promise.all(raws.map(encode))).flat();
const data = { training: examples, validation: examples, batchSize: 4, seed: 1 };
const task = await textClassification.createTask(pretrained, data, settings);
const optimizer = new AdamW(task.params, { learningRate: 0.003 });
await train(task, { optimizer, maxSteps: 60 });
await savePretrained("runs/good-or-bad", { model, ...(tokenizer && { tokenizer }) });

const [best] = await createTextClassifier(pretrained).classify("the program is bad");
console.log(best?.label);
optimizer.dispose();
model.dispose();
