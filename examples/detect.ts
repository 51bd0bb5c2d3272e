import { readFile } from "node:fs/promises";
import { initBackend } from "@qkv/backend";
import { createDetector, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { decodeImage } from "@qkv/vit/node";
await initBackend();
const detector = createDetector(await loadPretrained(modelFolder("tiny/yolos"))); // or "hustvl/yolos-tiny"
const [best] = await detector.detect(await decodeImage(await readFile("packages/vit/test/images/rgb.png")));
console.log(best?.label, best?.score, best?.box); // { xMin, yMin, xMax, yMax } in pixels
detector.model.dispose();
