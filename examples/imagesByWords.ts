import { readFile } from "node:fs/promises";
import { initBackend } from "@qkv/backend";
import { createZeroShotImageClassifier, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { decodeImage } from "@qkv/vit/node";

await initBackend();
const classifier = createZeroShotImageClassifier(await loadPretrained(modelFolder("tiny/clip"))); // or "openai/clip-vit-base-patch32"
const image = await decodeImage(await readFile("packages/vit/test/images/rgb.png"));
const scores = await classifier.classify(image, ["cat", "a Dog"]); // "This is a photo of {}."
console.log(scores.map(({ label }) => label).join(), (await classifier.embedder.embed(image)).length);
classifier.model.dispose();
