import { readFile } from "node:fs/promises";
import { initBackend } from "@qkv/backend";
import { createClassifier, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { decodeImage } from "@qkv/vit/node";

await initBackend();
const classifier = createClassifier(await loadPretrained(modelFolder("models/cifar10")));
const image = await decodeImage(await readFile("packages/vit/test/images/rgb.jpg")); // its pixels
const [best] = await classifier.classify(image, { top: 5 });
console.log(best?.label, best?.score);
classifier.model.dispose();
