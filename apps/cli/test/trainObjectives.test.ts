// Runs of `qkv train` for each objective on tiny models, in one process after another. QKV_KILLS says how often each is killed.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { killedAgainAndAgain, logOf } from "./killedRun.ts";
import { buildProgram, qkv } from "./qkv.ts";
import { clipOf, TINY_OBJECTIVES, writeTinyObjectives } from "./tinyObjectives.ts";

const STEPS = 12;
let folder: string;
const at = (name: string) => path.join(folder, name);
const taskOf = (name: string) => TINY_OBJECTIVES[name]?.task ?? name;
const started = (name: string) => ["train", taskOf(name), "--config", at(`${name}.json`)];
const place = () => ["--data", folder, "--backend", "wasm"];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-train-objectives-"));
  await buildProgram();
  await writeTinyObjectives(folder, STEPS);
});
afterAll(() => rm(folder, { recursive: true }));

async function same(file: string): Promise<boolean> {
  const [a, b] = await Promise.all(["whole", "killed"].map((run) => readFile(path.join(at(run), file))));
  return a?.equals(b ?? Buffer.alloc(0)) ?? false;
}

test("a run that is killed ends as one that never was, with a folder that classifies", async () => {
  const name = "text-classification";
  expect(await qkv([...started(name), "--out", at("whole"), ...place()])).toMatchObject({ code: 0, stdout: "" });
  await killedAgainAndAgain(
    [...started(name), "--out", at("killed"), ...place()],
    ["train", name, "--resume", at("killed"), ...place()],
    at("killed"),
    5,
  );
  expect(await logOf(at("killed"))).toEqual(await logOf(at("whole")));
  expect(await same("model/model.safetensors")).toBe(true);
  expect(JSON.parse(await readFile(at("whole/model/config.json"), "utf8"))).toMatchObject({
    architectures: [TINY_OBJECTIVES[name]?.architecture],
    id2label: { 0: "even", 1: "odd" },
  });
  const run = await qkv(["classify-text", "--model", at("whole/model"), "--backend", "wasm", "--json", "ada wrote"]);
  expect(JSON.parse(run.stdout)).toMatchObject({
    text: "ada wrote",
    labels: [{ label: expect.any(String) as string }, {}],
  });
});

test("a run learns from a teacher that fits, and refuses another before it begins", async () => {
  const recipe = JSON.parse(await readFile(at("text-classification.json"), "utf8")) as object;
  const taught = async (model: string) => {
    await writeFile(at("taught.json"), JSON.stringify({ ...recipe, teacher: { model, share: 0.9 } }));
    return qkv(["train", "text-classification", "--config", at("taught.json"), "--out", at("taught"), ...place()]);
  };
  expect(await taught(at("embedder"))).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/teacher: .*embedder: expected a teacher for sequenceClassification/) as string,
  });
  expect(existsSync(at("taught"))).toBe(false);
  expect(await taught(at("whole/model"))).toMatchObject({ code: 0 });
  const { teacher, model } = JSON.parse(await readFile(at("taught/run.json"), "utf8")) as Record<string, string>;
  expect(teacher).toMatch(/^[0-9a-f]{64}$/);
  expect(teacher).not.toBe(model);
  expect(await logOf(at("taught"))).not.toEqual(await logOf(at("whole")));
});

describe("a run is not resumed", () => {
  const resume = () => qkv(["train", "text-classification", "--resume", at("killed"), ...place()]);
  const change = async (file: string, make: (text: string) => string) => {
    const text = await readFile(at(file), "utf8");
    await writeFile(at(file), make(text));
    return () => writeFile(at(file), text);
  };

  test.each([
    [
      "data",
      "text-classification.jsonl",
      (text: string) => text.replace("noon", "ten"),
      "expected the data that the run began with",
    ],
    [
      "optimizer",
      "killed/config.json",
      (text: string) => text.replace('"adamW"', '"lion"').replace(/"eps": [^,]+,/, ""),
      'expected the optimizer that the run began with ("adamW"), got "lion"',
    ],
    [
      "model",
      "killed/config.json",
      (text: string) => text.replace('"seed": 1', '"seed": 2'),
      "expected the model that the run began with",
    ],
    [
      "architecture",
      "embedder/config.json",
      (text: string) =>
        text
          .replace('"num_hidden_layers":2', '"num_hidden_layers":1')
          .replace('"num_hidden_layers": 2', '"num_hidden_layers": 1'),
      "",
    ],
  ])("with another %s", async (_, file, make, message) => {
    const restore = await change(file, make);
    const { code, stderr } = await resume();
    await restore();
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });
});

test.each([
  [
    "text-classification",
    '{"text": "ada", "label": "x"}\n{"text": "", "label": "y"}',
    "data.jsonl: line 2: expected text to have a text, got an empty one",
  ],
  [
    "text-classification",
    '{"text": "ada", "label": "x"}\n{"label": "y"}',
    "line 2: expected text to be a text, got nothing",
  ],
  ["token-classification", '{"tokens": ["a", "b"], "tags": ["O"]}', "line 1: expected tags of 2 tokens, got 1"],
  ["sentence-embeddings", '{"anchor": "ada"}', "line 1: expected positive to be a text, got nothing"],
  ["preference", '{"prompt": "you", "chosen": "I", "rejected": "I"}', "line 1: expected chosen and rejected to differ"],
])("%s names the line of %s", async (name, lines, message) => {
  await writeFile(at("data.jsonl"), lines);
  const recipe = JSON.parse(await readFile(at(`${name}.json`), "utf8")) as { data: object };
  await writeFile(at("bad.json"), JSON.stringify({ ...recipe, data: { training: "data.jsonl" } }));
  const ran = await qkv(["train", name, "--config", at("bad.json"), "--out", at("bad"), ...place()]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(message);
});

test.each([
  ["text-classification", "model/config.json", {}],
  ["sentence-embeddings", "model/1_Pooling/config.json", {}],
  ["preference", "adapter/adapter_config.json", { targetModules: ["c_attn"] }],
])("%s with an adapter leaves %s", async (name, file, adapter) => {
  const recipe = JSON.parse(await readFile(at(`${name}.json`), "utf8")) as object;
  await writeFile(at("adapter.json"), JSON.stringify({ ...recipe, adapter: { rank: 2, ...adapter } }));
  const out = at(`adapter-${name}`);
  const ran = await qkv(["train", name, "--config", at("adapter.json"), "--out", out, ...place()]);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stderr).toMatch(
    /\d+ parameters are trained, of a model of \d+; weights, gradients and moments take 0\.00 GB/,
  );
  expect(JSON.parse(await readFile(path.join(out, file), "utf8"))).toBeTypeOf("object");
});

test.each(["speech-recognition", "speech-recognition-ctc"])("%s leaves a folder that transcribes", async (name) => {
  const out = at(`speech-${name}`);
  expect(await qkv([...started(name), "--out", out, ...place()])).toMatchObject({ code: 0, stdout: "" });
  expect(await readFile(path.join(out, "log.jsonl"), "utf8")).toContain('"wordErrorRate":');
  const run = await qkv([
    "transcribe",
    "--model",
    path.join(out, "model"),
    "--backend",
    "wasm",
    "--json",
    at("clips/1.wav"),
  ]);
  expect(JSON.parse(run.stdout)).toMatchObject({ file: at("clips/1.wav"), text: expect.any(String) as string });
});

test.each([
  [
    "of a sound that is not there",
    "clips/none.wav",
    "line 2: expected audio to be a sound file, got nothing of this name: clips/none.wav",
  ],
  ["of a sound of 0 seconds", "clips/empty.wav", "line 2: expected audio with samples, got a sound of 0 seconds"],
  ["of what is no sound", "speech-recognition.jsonl", "line 2: decodeSound: expected a WAV, FLAC, MP3, Ogg Opus"],
])("speech-recognition names the line %s", async (_, audio, message) => {
  await writeFile(at("clips/empty.wav"), clipOf(0, 0));
  const lines = ["clips/0.wav", audio, "clips/1.wav"].map((file) => JSON.stringify({ audio: file, text: "t4" }));
  await writeFile(at("data.jsonl"), lines.join("\n"));
  const recipe = JSON.parse(await readFile(at("speech-recognition.json"), "utf8")) as { data: object };
  await writeFile(at("bad.json"), JSON.stringify({ ...recipe, data: { training: "data.jsonl" } }));
  const ran = await qkv(["train", "speech-recognition", "--config", at("bad.json"), "--out", at("bad"), ...place()]);
  expect(ran.stderr).toContain(message);
  expect(ran.code).toBe(2);
});

test("a figure that the objective has not is refused before there is a folder", async () => {
  const recipe = JSON.parse(await readFile(at("preference.json"), "utf8")) as object;
  await writeFile(at("figure.json"), JSON.stringify({ ...recipe, validation: { metric: "bleu" } }));
  const ran = await qkv(["train", "preference", "--config", at("figure.json"), "--out", at("figure"), ...place()]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain("validation.metric: expected one of loss, accuracy, margin, got bleu");
  await expect(readFile(at("figure/config.json"))).rejects.toThrow("ENOENT");
});

const KILLS = Number(process.env["QKV_KILLS"] ?? 0);
describe.skipIf(KILLS === 0)(`killed ${KILLS} times`, () => {
  test.each(Object.keys(TINY_OBJECTIVES))(
    "%s loses nothing",
    async (name) => {
      const run = (kind: string) => at(`${kind}-${name}`);
      expect(await qkv([...started(name), "--out", run("whole"), ...place()])).toMatchObject({ code: 0 });
      let kills = 0;
      const random = () => Math.random() * 3000;
      let args = [...started(name), "--out", run("killed"), ...place()];
      for (;;) {
        const { signal, code, stderr } = await qkv(args, {
          whileRunning: (child) => {
            if (kills >= KILLS) return;
            const timer = setTimeout(() => child.kill("SIGKILL"), random());
            child.once("close", () => clearTimeout(timer));
          },
        });
        if (signal === null) {
          expect({ code, stderr }).toMatchObject({ code: 0 });
          if (kills >= KILLS) break;
          args = [...started(name), "--out", run(`killed-${kills}`), ...place()];
          break;
        }
        kills += 1;
        const begun = await readFile(path.join(run("killed"), "config.json")).then(
          () => true,
          () => false,
        );
        if (begun) args = ["train", taskOf(name), "--resume", run("killed"), ...place()];
      }
      expect(await logOf(run("killed"))).toEqual(await logOf(run("whole")));
      const files = await Promise.all(
        ["whole", "killed"].map((kind) => readFile(path.join(run(kind), "model/model.safetensors"))),
      );
      expect(files[0]?.equals(files[1] ?? Buffer.alloc(0))).toBe(true);
    },
    3_600_000,
  );
});
