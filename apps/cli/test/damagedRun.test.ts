// A run's folder and what happens to it: damage, a second run, a kill, no room to write.
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";

let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);
const place = () => ["--data", folder, "--backend", "wasm"];
const start = (out: string, config = "config.json") => [
  ...["train", "text-generation", "--config", at(config), "--out", out, ...place()],
];
const goOn = (run: string) => ["train", "text-generation", "--resume", run, ...place()];
const RECIPE = {
  task: "text-generation",
  data: { text: "counting.txt", validationShare: 0.2 },
  tokenizer: { kind: "characters" },
  model: { dModel: 16, numLayers: 1, numHeads: 2, maxPositions: 12, dropout: 0 },
  training: { steps: 20, batchSize: 4, learningRate: 0.02 },
  validation: { everySteps: 5 },
  checkpoints: { everySteps: 5, keep: 4 },
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-damaged-"));
  await buildProgram();
  await writeFile(at("counting.txt"), "one two three four five six; ".repeat(100));
  await writeFile(at("config.json"), JSON.stringify(RECIPE));
  const endless = { ...RECIPE, training: { ...RECIPE.training, steps: 1_000_000 } };
  await writeFile(at("endless.json"), JSON.stringify(endless));
});
afterAll(() => rm(folder, { recursive: true }));

test("a run whose newest and best checkpoints are damaged goes on, ends with a model, and says what it passed over", async () => {
  const run = at("damaged");
  expect(await qkv(start(run))).toMatchObject({ code: 0 });
  const names = (await readdir(path.join(run, "checkpoints"))).toSorted();
  const [third = "", newest = ""] = names.slice(-2);
  await truncate(path.join(run, "checkpoints", newest), 1000);
  await rm(path.join(run, "model"), { recursive: true });
  const { code, stderr } = await qkv(goOn(run));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain(`skipped a damaged checkpoint: ${path.join(run, "checkpoints", newest)}`);
  expect(existsSync(path.join(run, "model", "model.safetensors"))).toBe(true);

  // The last is there, whole, and says that the best is one that is not.
  await copyFile(path.join(run, "checkpoints", third), path.join(run, "checkpoints", newest));
  await truncate(path.join(run, "checkpoints", third), 1000);
  expect(await qkv(goOn(run))).toMatchObject({ code: 0 });
});

test("two runs in one folder: the second is refused, and after a kill it goes on", async () => {
  const run = at("shared");
  const working = await running(start(run, "endless.json"));
  const second = await qkv(goOn(run));
  expect(second).toMatchObject({ code: 1, stdout: "" });
  expect(second.stderr).toContain(`qkv: ${run} is in use by process ${working.child.pid}, since "`);
  working.child.kill("SIGKILL");
  await working.finished;
  const third = await running(goOn(run)); // and the lock is no hindrance
  third.child.kill("SIGINT");
  expect(await third.finished).toMatchObject({ code: 130 });
  expect((await readdir(run)).filter((name) => name.startsWith("run.lock"))).toEqual([]);
});

test("a folder that cannot be written is said before anything is computed", async () => {
  const { code, stderr } = await qkv(start(at("counting.txt", "run")));
  expect(code).toBe(2);
  expect(stderr).toContain(`qkv: --out: expected a folder that can be written, got ${at("counting.txt", "run")} (`);
});

test.skipIf(process.platform === "win32")(
  "a disk that is full at a checkpoint is said, and the run goes on once there is room",
  async () => {
    const run = at("full");
    const working = await running(start(run, "endless.json"));
    working.child.kill("SIGINT");
    await working.finished;
    const before = (await readdir(path.join(run, "checkpoints"))).toSorted();
    // A limit on the size of a file stands for the disk's: enough for the log and not for a checkpoint.
    const limited = await qkv(goOn(run), { fileBlocks: 40 });
    expect(limited).toMatchObject({ code: 1 });
    expect(limited.stderr).toMatch(/qkv: cannot (save|write) .*no space left for it \(EFBIG\)/);
    expect(await readdir(path.join(run, "checkpoints"))).toEqual(expect.arrayContaining(before));
    const again = await running(goOn(run));
    again.child.kill("SIGINT");
    expect(await again.finished).toMatchObject({ code: 130 });
  },
);

/** A run that has come to its first validation, or to another since it was resumed. */
async function running(args: string[]): Promise<{ child: ChildProcess; finished: ReturnType<typeof qkv> }> {
  let begun: (child: ChildProcess) => void = () => undefined;
  const child = new Promise<ChildProcess>((resolve) => (begun = resolve));
  const finished = qkv(args, {
    whileRunning: (process) => {
      process.stderr?.on("data", (text: string) => text.includes("step ") && begun(process));
    },
  });
  return { child: await child, finished };
}
