import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseSafetensors } from "@qkv/safetensors";
import { afterAll, beforeAll, expect, test } from "vitest";
import { killedAgainAndAgain, logOf } from "./killedRun.ts";
import { buildProgram, qkv } from "./qkv.ts";

const MODEL = fileURLToPath(new URL("../../../packages/pretrained/test/golden/gguf/qwen2.gguf", import.meta.url));
let folder: string;
const at = (name: string) => path.join(folder, name);
const RECIPE = {
  task: "instructions",
  model: MODEL,
  data: { training: "examples.jsonl", validationShare: 0.25 },
  adapter: { rank: 2, targetModules: ["q_proj", "v_proj"], dropout: 0.1 },
  training: { steps: 12, batchSize: 2, learningRate: 0.02 },
  validation: { everySteps: 6 },
  checkpoints: { everySteps: 3 },
};
const EXAMPLES = [
  { messages: [{ role: "user", content: "a" }, { role: "assistant", content: "b" }] }, // prettier-ignore
  { prompt: "ab", completion: "ba" },
  { text: "abc" },
  { prompt: "b", completion: "a" },
];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-train-adapter-"));
  await buildProgram();
  await writeFile(at("config.json"), JSON.stringify(RECIPE));
  await writeFile(at("examples.jsonl"), EXAMPLES.map((each) => JSON.stringify(each)).join("\n"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a run that is killed ends as one that never was, with an adapter of PEFT's that generates", async () => {
  const [whole, killed] = [at("whole"), at("killed")];
  const place = ["--data", folder, "--backend", "wasm"];
  const started = ["train", "instructions", "--config", at("config.json")];
  expect(await qkv([...started, "--out", whole, ...place])).toMatchObject({ code: 0, stdout: "" });
  await killedAgainAndAgain(
    [...started, "--out", killed, ...place],
    [...started.slice(0, 2), "--resume", killed, ...place],
    killed,
    4,
  );
  expect(await logOf(killed)).toEqual(await logOf(whole));
  for (const file of ["adapter_model.safetensors", "adapter_config.json"]) {
    const [a, b] = await Promise.all([whole, killed].map((run) => readFile(path.join(run, "adapter", file))));
    expect(a?.equals(b ?? Buffer.alloc(0)), file).toBe(true);
  }
  const config = JSON.parse(await readFile(path.join(whole, "adapter/adapter_config.json"), "utf8")) as object;
  expect(config).toMatchObject({
    ...{ peft_type: "LORA", r: 2, lora_alpha: 4, lora_dropout: 0.1, target_modules: ["q_proj", "v_proj"] },
  });
  const generate = [
    "generate",
    "--model",
    MODEL,
    "--backend",
    "wasm",
    "--prompt",
    "a",
    "--max-new-tokens",
    "4",
    "--json",
  ];
  const [plain, adapted] = [await qkv(generate), await qkv([...generate, "--adapter", path.join(whole, "adapter")])];
  expect([plain.code, adapted.code]).toEqual([0, 0]);
  const scores = [plain, adapted].map(({ stdout }) => (JSON.parse(stdout) as { scores: number[] }).scores);
  expect(scores[0]).not.toEqual(scores[1]);
});

test("what is trained whole beside the updates is saved with them", async () => {
  const [whole, target_modules] = [at("saved"), ["q_proj"]];
  const adapter = { rank: 2, targetModules: target_modules, modulesToSave: ["embed_tokens"] };
  await writeFile(at("saved.json"), JSON.stringify({ ...RECIPE, adapter }));
  const args = ["train", "instructions", "--config", at("saved.json"), "--out", whole, "--data", folder];
  expect(await qkv([...args, "--backend", "wasm"])).toMatchObject({ code: 0 });
  const config = JSON.parse(await readFile(path.join(whole, "adapter/adapter_config.json"), "utf8")) as object;
  expect(config).toMatchObject({ target_modules, modules_to_save: ["model.embed_tokens"] });
  const bytes = await readFile(path.join(whole, "adapter/adapter_model.safetensors"));
  const names = [...parseSafetensors(bytes).tensors.keys()].filter((name) => name.includes("embed_tokens"));
  expect(names).toEqual(["base_model.model.model.embed_tokens.weight"]);
});
