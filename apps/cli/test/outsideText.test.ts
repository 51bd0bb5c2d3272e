// Texts from outside that would drive a terminal or turn its lines round: labels, names of files, fields of a config.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";
import { writeTinyClassifier, writeTinyModel } from "./tinyModel.ts";

const HOSTILE = "\u001b]0;owned\u0007\u009b2J\u202etac\u2066\u200f\ufeff";
const SHOWN = "\\u001b]0;owned\\u0007\\u009b2J\\u202etac\\u2066\\u200f\\ufeff";

let folder: string;
let model: string;
let image: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-outside-"));
  model = path.join(folder, "model");
  await writeTinyClassifier(model);
  await change(path.join(model, "config.json"), (config) => {
    config["id2label"] = { 0: HOSTILE, 1: `dog\n${HOSTILE}`, 2: "tram" };
    config["label2id"] = { [HOSTILE]: 0, [`dog\n${HOSTILE}`]: 1, tram: 2 };
  });
  const processor = { image_processor_type: "ViTImageProcessor", size: { height: 4, width: 6 } };
  await writeFile(path.join(model, "preprocessor_config.json"), JSON.stringify(processor));
  image = path.join(folder, `${HOSTILE}.png`);
  await sharp({ create: { width: 6, height: 4, channels: 3, background: "red" } }).toFile(image);
  await buildProgram();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function change(file: string, change: (json: Record<string, unknown>) => void): Promise<void> {
  const json = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  change(json);
  await writeFile(file, JSON.stringify(json));
}

/** Runs the program, whose every word may be shown. */
async function run(
  ...args: string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const finished = await qkv(args);
  expect(finished.stdout + finished.stderr).not.toMatch(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/u);
  return finished;
}

test("labels and file names are shown escaped", async () => {
  const { code, stdout, stderr } = await run("classify", "--model", model, image);
  expect(code).toBe(0);
  expect(stdout).toContain(`${SHOWN}.png\n`);
  expect(stdout).toContain(` %  ${SHOWN}\n`);
  expect(stdout).toContain(` %  dog\\n${SHOWN}\n`);
  expect(stderr).toBe(`The model knows nothing but: ${SHOWN}, dog\\n${SHOWN}, tram.\n`);
});

test("JSON keeps them to the letter", async () => {
  const { stdout } = await run("classify", "--model", model, image, "--json");
  const { image: name, labels } = JSON.parse(stdout) as { image: string; labels: { label: string }[] };
  expect(name).toBe(image);
  expect(labels.map(({ label }) => label).sort()).toEqual([HOSTILE, `dog\n${HOSTILE}`, "tram"].sort());
});

test("inspect shows a config's labels escaped", async () => {
  expect((await run("inspect", model)).stdout).toContain(SHOWN.replaceAll("\\u0007", "\\u0007"));
  expect(JSON.parse((await run("inspect", model, "--json")).stdout)).toMatchObject({
    config: { labels: [HOSTILE, `dog\n${HOSTILE}`, "tram"] },
  });
});

test.each([
  ["a model's name", () => ["translate", "--model", `./${HOSTILE}`, "hello"]],
  ["an image's name", () => ["classify", "--model", model, `${HOSTILE}.png`]],
  ["an option", () => ["translate", `--${HOSTILE}`]],
  ["a command", () => [HOSTILE]],
  ["a folder's name", () => ["forward", "--model", model, "--inputs", path.join(folder, HOSTILE), "--outputs", "x"]],
])("an error quotes %s escaped", async (_, args) => {
  const { code, stderr } = await run(...args());
  expect(code).toBeGreaterThan(0);
  expect(stderr).toContain("\\u001b]0;owned\\u0007\\u009b2J\\u202etac");
});

test.each([
  ["config.json", (json: Record<string, unknown>) => (json["model_type"] = HOSTILE)],
  ["config.json", (json: Record<string, unknown>) => (json["activation_function"] = HOSTILE)],
  ["tokenizer.json", (json: Record<string, unknown>) => (json["model"] = { type: HOSTILE })],
])("an error about %s quotes it escaped", async (file, spoil) => {
  const broken = path.join(await mkdtemp(path.join(folder, "broken-")), HOSTILE);
  await mkdir(broken);
  await writeTinyModel(broken);
  await change(path.join(broken, file), spoil);
  const { code, stderr } = await run("translate", "--model", broken, "the train");
  expect(code).toBe(1);
  expect(stderr).toContain(`${SHOWN}/${file}`);
});
