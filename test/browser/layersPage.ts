// The page for @qkv/layers: backends as TensorFlow.js has them, without those of this project.
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { trainLayers } from "./layersWork.ts";

setWasmPaths("/wasm/");
const name = new URLSearchParams(location.search).get("backend") ?? "";

async function run() {
  if (!(await tf.setBackend(name))) throw new Error(`expected ${name} to start, got none`);
  return { backend: tf.getBackend(), ...(await trainLayers()) };
}
const element = document.createElement("output");
element.id = "result";
element.textContent = JSON.stringify(await run().catch((error: unknown) => ({ error: String(error) })));
document.body.append(element);
