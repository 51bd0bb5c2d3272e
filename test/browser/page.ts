// The page. What it is asked for stands in its address; what came of it stands in the element #result, as JSON.
import { type BackendName, type BackendReport, initBackend, memoryReport } from "@qkv/backend";
import { activeKernel } from "@qkv/ops";
import { type DownloadProgress, type ModelFiles, remoteFiles } from "@qkv/pretrained";
import * as tf from "@tensorflow/tfjs-core";
import { refuseImages, seeImages } from "./images.ts";
import { forward, type Line, trainTiny, translate } from "./work.ts";

/** What the page found. */
export interface PageResult {
  readonly report: BackendReport;
  readonly backend: string;
  readonly attention: "fused" | "composed";
  readonly losses: readonly number[];
  readonly translations: Line[];
  readonly logits: readonly number[];
  readonly tensorsLeft: number;
  readonly violations: readonly string[];
}

const violations: string[] = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective}: ${blockedURI}`);
});

/** A folder on the server. The page knows which files there are: asking for a missing one is an error in the console. */
function servedFiles(folder: string, names: readonly string[]): ModelFiles {
  return {
    name: folder,
    read: async (file, { signal } = {}) => {
      if (!names.includes(file)) return undefined;
      const response = await fetch(`${folder}/${file}`, signal ? { signal } : {});
      if (!response.ok) throw new Error(`${file}: ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

async function run(asked: URLSearchParams): Promise<PageResult> {
  const list = (name: string) => asked.getAll(name);
  const choice = list("backend") as BackendName[];
  const threads = asked.get("threads");
  const report = await initBackend(choice[0], {
    wasmPaths: asked.get("wasmPaths") ?? "/wasm/",
    ...(threads !== null && { threads: Number(threads), minTaskNanoseconds: 1 }),
  });
  const files = servedFiles("/model", list("file"));
  return {
    report,
    backend: tf.getBackend(),
    attention: activeKernel("attention"),
    losses: await trainTiny(Number(asked.get("steps"))),
    translations: await translate(files, list("line")),
    logits: await forward(files),
    tensorsLeft: memoryReport().tensors,
    violations,
  };
}

/** What happens when the GPU is taken away in the middle, and after that. */
async function loseDevice() {
  const told: string[] = [];
  await initBackend("webgpu", { onDeviceLost: ({ reason }) => told.push(reason) });
  const onDevice = () => tf.tidy(() => tf.sum(tf.add(tf.ones([1001]), 1)));
  const lost = onDevice();
  const { device } = tf.backend() as unknown as { device: { destroy(): void; readonly lost: Promise<unknown> } };
  device.destroy();
  await device.lost;
  const read = await lost.data().then(String, (error: Error) => error.name);
  const { name } = await initBackend("webgpu");
  return { told, read, name, sum: (await onDevice().data())[0] };
}

/** The sum of a file's bytes that the hub of this origin has, or why there is none, and how much came over the network. */
async function fetchFile(ref: string, file: string) {
  const loaded: number[] = [];
  const onProgress = (progress: DownloadProgress) => {
    loaded.push(progress.loaded);
    document.documentElement.dataset["loaded"] = String(progress.loaded); // for the hub, which waits for it
  };
  const files = remoteFiles(ref, { endpoint: location.origin, onProgress });
  const read = await files.read(file).then(
    (bytes) => bytes?.reduce((sum, byte) => sum + byte, 0),
    (error: Error) => error.message,
  );
  return { read, from: loaded[0] };
}

/** What the example of `<qkv-attention>` put into the page. */
async function showExample() {
  await import("../../examples/attentionElement.ts");
  const root = document.querySelector("qkv-attention")?.shadowRoot; // drawn by now: after what ran, before what waited
  return { words: root?.textContent, drawn: root?.querySelectorAll(".picture svg text").length, violations };
}

/** What the example of an image in `<qkv-attention>` shows, and after a click on a patch. */
async function showImage() {
  await import("../../examples/imageAttention.ts");
  const root = document.querySelector("qkv-attention")?.shadowRoot;
  if (!root) throw new Error("expected an element with a picture, got none");
  const shown = () => {
    const patches = Array.from(root.querySelectorAll(".picture [data-patch]"));
    const isOutlined = patches.map((patch) => patch.hasAttribute("stroke"));
    return { lit: patches.map((patch) => patch.getAttribute("fill-opacity")), isOutlined };
  };
  const first = shown();
  root.querySelector('[data-patch="2"]')?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await Promise.resolve();
  const names = Array.from(root.querySelectorAll("select"), ({ name }) => name);
  await new Promise((resolve) => setTimeout(resolve, 50)); // for a violation to be told
  return { first, clicked: shown(), names, words: root.querySelector(".words")?.textContent, violations };
}

/** Whether the page may turn text into code. */
function mayEvaluate(): boolean {
  try {
    return new Function("return true")() as boolean;
  } catch {
    return false;
  }
}

const asked = new URLSearchParams(location.search);
async function answer(): Promise<unknown> {
  if (asked.has("evaluate")) return { evaluates: mayEvaluate() };
  if (asked.has("example")) return showExample();
  if (asked.has("attention")) return showImage();
  const ref = asked.get("ref");
  if (ref !== null) return fetchFile(ref, "model.safetensors");
  if (asked.has("image"))
    return { seen: await seeImages("/images", asked.getAll("image")), refused: await refuseImages() };
  return asked.has("lose") ? loseDevice() : run(asked);
}
const result = await answer().catch((error: unknown) => ({ error: String(error), violations }));
const element = document.createElement("output");
element.id = "result";
element.textContent = JSON.stringify(result);
document.body.append(element);
