// Every public function and class, called with what people give it by mistake: what comes is never an error of the engine.
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";

type Exports = Readonly<Record<string, unknown>>;

const ENTRIES: Readonly<Record<string, () => Promise<Exports>>> = {
  "@qkv/ai-sdk": () => import("../packages/ai-sdk/src/index.ts"),
  "@qkv/attention": () => import("../packages/attention/src/index.ts"),
  "@qkv/audio": () => import("../packages/audio/src/index.ts"),
  "@qkv/finetuning": () => import("../packages/finetuning/src/index.ts"),
  "@qkv/gguf": () => import("../packages/gguf/src/index.ts"),
  "@qkv/layers": () => import("../packages/layers/src/index.ts"),
  "@qkv/microscope": () => import("../packages/microscope/src/index.ts"),
  "@qkv/nn": () => import("../packages/nn/src/index.ts"),
  "@qkv/onnx": () => import("../packages/onnx/src/index.ts"),
  "@qkv/ops": () => import("../packages/ops/src/index.ts"),
  "@qkv/pretrained": () => import("../packages/pretrained/src/index.ts"),
  "@qkv/pretrained/node": () => import("../packages/pretrained/src/node.ts"),
  "@qkv/safetensors": () => import("../packages/safetensors/src/index.ts"),
  "@qkv/tokenizers": () => import("../packages/tokenizers/src/index.ts"),
  "@qkv/training": () => import("../packages/training/src/index.ts"),
  "@qkv/training/node": () => import("../packages/training/src/node.ts"),
  "@qkv/transformer": () => import("../packages/transformer/src/index.ts"),
  "@qkv/visualize": () => import("../packages/visualize/src/index.ts"),
  "@qkv/vit": () => import("../packages/vit/src/index.ts"),
  "@qkv/vit/node": () => import("../packages/vit/src/node.ts"),
};

/** What plug-ins and other packages call, and functions of one expression, which the engine refuses in its own words. */
const INSIDE = [
  ...["checkTensor", "requestAdapter", "softwareName", "initBackend", "tidy"],
  ...["boxcarKernel", "constantKernel", "epanechikovKernel", "gaussianKernel", "triangularKernel"],
  ...["toFloat16", "toBFloat16", "fromFloat16", "fromBFloat16", "checkFileBytes"],
  ...["ones", "xavierUniform", "Encoding", "cleanUpSpaces", "randomFlip", "replaceFile", "heatColor", "printable"],
];

const GIVEN: Readonly<Record<string, () => unknown>> = {
  nothing: () => undefined,
  "a string": () => "a string",
  "a promise": () => Promise.resolve({}),
};

const ENGINES =
  /^Cannot (read|destructure|convert|set|use)|is not (iterable|a function|a constructor)|must be of type|^Argument '/;

beforeAll(() => initBackend("cpu"));
afterAll(() => tf.disposeVariables());

/** What calling it throws, rejects with, or yields first; undefined if it does none. */
async function errorOf(call: unknown, first: unknown, value: unknown): Promise<unknown> {
  const isClass = Function.prototype.toString.call(call).startsWith("class");
  try {
    const made = isClass
      ? new (call as new (...all: unknown[]) => unknown)(first, value)
      : await (call as (...all: unknown[]) => unknown)(first, value);
    const stream = made as Partial<AsyncGenerator> | undefined;
    if (typeof stream?.next === "function") await stream.next();
  } catch (error) {
    return error;
  }
  return undefined;
}

test.each(Object.entries(ENTRIES))("%s says in its own words what it expected", async (_, load) => {
  const poor: string[] = [];
  let told = 0;
  for (const [name, call] of Object.entries(await load())) {
    if (typeof call !== "function" || name.endsWith("Error") || INSIDE.includes(name)) continue;
    for (const [given, make] of Object.entries(GIVEN)) {
      const modules = /^class[^{]*\{[^]*constructor\(params\b/.test(String(call)); // whose sizes come second
      const params = Params.initialized(1);
      const firsts = modules ? [make(), params] : [make()];
      for (const first of firsts) {
        const error = await errorOf(call, first, make());
        if (!(error instanceof Error)) continue;
        told++;
        if (ENGINES.test(error.message)) poor.push(`${name}, given ${given}: ${error.message.slice(0, 100)}`);
      }
      params.dispose();
    }
  }
  expect(poor).toEqual([]);
  expect(told).toBeGreaterThan(0);
});
