import { readFile } from "node:fs/promises";
import { initBackend } from "@qkv/backend";
import { createZeroShotImageClassifier, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { decodeImage } from "@qkv/vit/node";
await initBackend();
const classifier = createZeroShotImageClassifier(await loadPretrained(modelFolder("tiny/clip"))); // or "openai/clip-vit-base-patch32"
const file = await readFile("packages/vit/test/images/rgb.png");
console.log((await classifier.classify(await decodeImage(file), ["cat", "a Dog"]))[0]?.label); // "This is a photo of {}."
classifier.model.dispose();
