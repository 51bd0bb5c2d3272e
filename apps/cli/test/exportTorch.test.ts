// Runs that leave for PyTorch: golden/make_torch_run.py made the folder that came back from there.
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseSafetensors, writeSafetensors } from "@qkv/safetensors";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";

const GOLDEN = fileURLToPath(new URL("golden/torch-run/", import.meta.url));
let folder: string;
let run: string;
const at = (name: string) => path.join(folder, name);
const place = () => ["--data", folder, "--backend", "wasm"];
const resume = () => qkv(["train", "text-generation", "--resume", run, ...place()]);
const exported = (...args: string[]) => qkv(["export", "torch", run, ...place(), ...args]);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-export-torch-"));
  await buildProgram();
  await writeFile(at("counting.txt"), "one two three four five six; ".repeat(20));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  run = at("run");
  await rm(run, { recursive: true, force: true });
  await cp(path.join(GOLDEN, "run"), run, { recursive: true });
});

/** The names and bytes of the files below a folder. */
async function filesOf(below: string): Promise<Map<string, string>> {
  const entries = await readdir(below, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const bytes = await Promise.all(files.sort().map((file) => readFile(file, "base64")));
  return new Map(files.map((file, i) => [path.relative(below, file), bytes[i] ?? ""]));
}

test("qkv export torch: the run, its last state with Hugging Face's names, the batches to come, and the program", async () => {
  const out = at("out");
  const { code, stdout } = await exported("--out", out, "--json");
  expect({ code, made: JSON.parse(stdout) }).toEqual({ code: 0, made: { task: "text-generation", step: 2, steps: 6 } });
  const [made, golden] = [await filesOf(out), await filesOf(path.join(GOLDEN, "run"))];
  for (const name of ["train.py", "config.json", "tokenizer.json", "checkpoints/step-00000002.safetensors"]) {
    expect(made.has(name), name).toBe(true);
  }
  const torch = [...golden.keys()].filter((name) => name.startsWith("torch/") && !name.includes("step-00000004"));
  expect([...made.keys()].filter((name) => name.startsWith("torch/"))).toEqual(torch);
  for (const name of torch) expect(made.get(name), name).toBe(golden.get(name));

  expect(await exported("--out", out)).toMatchObject({ code: 2, stderr: expect.stringContaining("expected nothing") });
  expect(await exported("--out", path.join(run, "within"))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("expected a folder outside of the run's"),
  });
});

test("qkv train --resume takes back what PyTorch did, and goes on as if the run had never left", async () => {
  const { code, stderr } = await resume();
  expect(stderr).toContain("took back what PyTorch did: from step 2 to step 4");
  expect(code).toBe(0);
  const { losses } = JSON.parse(await readFile(path.join(GOLDEN, "expected.json"), "utf8")) as { losses: number[] };
  const log = (await readFile(path.join(run, "log.jsonl"), "utf8")).trimEnd().split("\n");
  const events = log.map((line) => JSON.parse(line) as { type: string; step: number; loss: number });
  const steps = events.filter(({ type }) => type === "step");
  expect(steps.map(({ step }) => step)).toEqual(losses.map((_, i) => i + 1));
  for (const [i, { loss }] of steps.entries()) expect(Math.abs(loss - (losses[i] ?? NaN))).toBeLessThan(1e-5);
  expect((await filesOf(run)).has("model/model.safetensors")).toBe(true);
  const again = await exported("--out", at("finished"));
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("got one that has made all 8") });
});

const STATE = "torch/step-00000004";

/** Changes a file of the state, and the digest that `state.json` has of it. */
async function change(name: string, to: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  const [file, about] = [name, "state.json"].map((each) => path.join(run, STATE, each)) as [string, string];
  const bytes = to(await readFile(file));
  await writeFile(file, bytes);
  const state = JSON.parse(await readFile(about, "utf8")) as { sha256: Record<string, string> };
  state.sha256[name] = createHash("sha256").update(bytes).digest("hex");
  if (name !== "state.json") await writeFile(about, JSON.stringify(state));
}

const without = (end: string) => (bytes: Uint8Array) =>
  writeSafetensors(new Map([...parseSafetensors(bytes).tensors].filter(([name]) => !name.endsWith(end))));
const turned = (bytes: Uint8Array) =>
  writeSafetensors(
    new Map(
      [...parseSafetensors(bytes).tensors].map(([name, tensor]) => [
        name,
        { ...tensor, shape: tensor.shape.toReversed() },
      ]),
    ),
  );
const edited = (fields: object) => (bytes: Uint8Array) => {
  const json = JSON.parse(new TextDecoder().decode(bytes)) as object;
  return new TextEncoder().encode(JSON.stringify({ ...json, ...fields }));
};

test.each<[string, () => Promise<void>, string]>([
  [
    "a file that is cut",
    async () => {
      const file = path.join(run, STATE, "model.safetensors");
      await writeFile(file, (await readFile(file)).subarray(0, 3000));
    },
    `${STATE}/model.safetensors: expected SHA-256`,
  ],
  [
    "moments that are missing",
    () => change("optimizer.safetensors", without("ln_f.bias")),
    `${STATE}/optimizer.safetensors: expected moments of transformer.ln_f.bias, got none`,
  ],
  [
    "a shape that does not fit",
    () => change("model.safetensors", turned),
    "model.safetensors: transformer.wte.weight: expected shape [",
  ],
  [
    "a model of another architecture",
    () => change("model.safetensors", without("mlp.c_fc.weight")),
    "transformer.h.0.mlp.c_fc.weight: expected a tensor of shape [8,32], got none",
  ],
  [
    "another optimizer",
    () => change("state.json", edited({ optimizer: "lion" })),
    `${STATE}/state.json: expected optimizer adamW, got lion`,
  ],
  [
    "another task",
    () => change("state.json", edited({ task: "instructions" })),
    `${STATE}/state.json: expected task text-generation, got instructions`,
  ],
  ["another format", () => change("state.json", edited({ format: "x" })), `${STATE}/state.json: format: `],
  ["no state", () => rm(path.join(run, STATE, "state.json")), "state.json: expected a file that train.py saved"],
])("%s is named before anything is taken back", async (_, spoil, message) => {
  await spoil();
  const before = await filesOf(path.join(run, "checkpoints"));
  const { code, stderr } = await resume();
  expect(stderr).toContain(message);
  expect(code).toBe(2);
  expect(await filesOf(path.join(run, "checkpoints"))).toEqual(before);
});

test.each([
  [
    { task: "image-classification" },
    "expected a task of text-generation, translation, instructions, got image-classification",
  ],
  [{ training: { optimizer: "adafactor" } }, "expected an optimizer of adamW, lion, muon, got adafactor"],
])("a run of %j is refused before it is opened", async (fields, message) => {
  const config = path.join(run, "config.json");
  await writeFile(config, edited(fields)(await readFile(config)));
  const { code, stderr } = await exported("--out", at("refused"));
  expect(stderr).toContain(message);
  expect(code).toBe(2);
  expect(await readdir(folder)).not.toContain("refused");
});
