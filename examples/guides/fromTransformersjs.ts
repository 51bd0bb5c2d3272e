import { readFile } from "node:fs/promises";
import { initBackend } from "@qkv/backend";
import { createClassifier, createTranslator, loadPretrained } from "@qkv/pretrained";
import { modelFiles } from "@qkv/pretrained/node";
import { generateStream, marian } from "@qkv/transformer";
import { decodeImage } from "@qkv/vit/node";

await initBackend(); // webgpu on real hardware, else wasm; or initBackend("webgpu")

// pipeline("translation", "...")
const pretrained = await loadPretrained(modelFiles("models/en-fr"), { families: [marian] });
const translator = createTranslator(pretrained);
const { translation } = await translator.translate("I love you.", { numBeams: 4 });
console.log(translation);

// tokenizer(text) and tokenizer.decode(ids, { skip_special_tokens: true })
const { model, tokenizer } = pretrained;
if (tokenizer === undefined) throw new Error("expected a tokenizer");
const { ids } = tokenizer.encode("Where is the train station?"); // numbers, not a tensor
console.log(ids.length > 5, tokenizer.decode(ids));

// model.generate({ ...inputs, max_new_tokens: 20, streamer }) with a TextStreamer, and InterruptableStoppingCriteria
const controller = new AbortController(); // controller.abort() interrupts
const stream = tokenizer.createDecodeStream();
let text = "";
for await (const id of generateStream(model, ids, { maxNewTokens: 20, signal: controller.signal })) {
  text += stream.push(id);
}
console.log(text + stream.end());
model.dispose();

// pipeline("image-classification", "...") and its features, as of pipeline("image-feature-extraction", "...")
const classifier = createClassifier(await loadPretrained(modelFiles("models/cifar10")));
const image = await decodeImage(await readFile("packages/vit/test/images/rgb.jpg"));
const [best] = await classifier.classify(image, { top: 5 });
const features = await classifier.features([image]); // [N, E]
console.log(best?.label, features.shape[0]);
features.dispose();
classifier.model.dispose();
