import { readFile } from "node:fs/promises";
import { initBackend } from "@qkv/backend";
import { createDepthEstimator, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { decodeImage } from "@qkv/vit/node";
await initBackend();
const estimator = createDepthEstimator(await loadPretrained(modelFolder("tiny/depth-anything"))); // or "depth-anything/Depth-Anything-V2-Small-hf"
const depth = await estimator.estimate(await decodeImage(await readFile("packages/vit/test/images/rgb.png")));
console.log(depth.width, depth.height, depth.data.length); // a number for each pixel
estimator.model.dispose();
