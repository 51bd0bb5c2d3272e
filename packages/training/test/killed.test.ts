import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fileCheckpoints } from "@qkv/training/node";
import { build } from "tsup";
import { afterAll, beforeAll, expect, test } from "vitest";

const here = path.dirname(fileURLToPath(import.meta.url));
const bundles = path.join(here, "..", "node_modules", ".cache", "killed"); // where they find tfjs

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-killed-"));
  await build({
    entry: ["killedRun", "killedSaver"].map((name) => path.join(here, "fixture", `${name}.ts`)),
    outDir: bundles,
    format: "esm",
    target: "es2022",
    noExternal: [/^@qkv\//],
    external: [/^@tensorflow\//],
    config: false,
    silent: true,
    esbuildOptions: (options) => {
      options.conditions = ["@qkv/source"];
    },
  });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(bundles, { recursive: true, force: true });
});

test("a checkpoint that was saved is there, whole, whenever the next save is killed", async () => {
  const saves = path.join(folder, "saves");
  const store = fileCheckpoints(saves, { onSkipped: (file) => expect.fail(`${file} is torn`) });
  let unfinished = 0;
  for (let kill = 0; kill < 6; kill++) {
    const { said } = await run(["killedSaver.js", saves], (child) => {
      const watcher = watch(saves, () => {
        // the next file has just been opened
        watcher.close();
        setTimeout(() => child.kill("SIGKILL"), kill);
      });
    });
    expect((await store.latest())?.progress.step).toBeGreaterThanOrEqual(said);
    if ((await readdir(saves)).some((name) => name.endsWith(".tmp"))) unfinished += 1;
  }
  expect(unfinished).toBeGreaterThan(0); // else nothing was tried here
});

test.skipIf(process.platform === "win32")("a full disk is said, and leaves the last checkpoint as it was", async () => {
  const saves = path.join(folder, "full");
  const saver = ["killedSaver.js", saves];
  await run(saver, (child) => void child.kill("SIGKILL"));
  const before = await checkpointFiles(saves);
  // A limit on the size of a file stands for the disk's.
  const limited = `ulimit -f 8000; exec "${process.execPath}" "${path.join(bundles, "killedSaver.js")}" "${saves}"`;
  const { status, stderr } = spawnSync("sh", ["-c", limited], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /cannot save .* \(\d+ bytes\): no space left for it \(EFBIG\); what was there before is unharmed/,
  );
  const after = await checkpointFiles(saves);
  expect(after.map((bytes, i) => bytes.equals(before[i] ?? Buffer.alloc(0)))).toEqual([true]);
});

test("a run killed again and again logs what one that was left alone does", async () => {
  const steps = 60; // more than the last of the runs to be killed comes to
  const whole = path.join(folder, "whole");
  const torn = path.join(folder, "torn");
  expect(await run(["killedRun.js", whole, String(steps)])).toMatchObject({ code: 0 });
  for (const kill of [3, 10, 18]) {
    expect(await run(["killedRun.js", torn, String(steps), String(kill)])).toMatchObject({ code: null });
  }
  expect((await fileCheckpoints(path.join(torn, "checkpoints")).latest())?.progress.step).toBeLessThan(steps);
  expect(await run(["killedRun.js", torn, String(steps)])).toMatchObject({ code: 0 });
  expect(await timelessLog(torn)).toEqual(await timelessLog(whole));
  expect(await checkpointFiles(path.join(torn, "checkpoints"))).toEqual(
    await checkpointFiles(path.join(whole, "checkpoints")),
  );
});

/** Runs a program, and lets something be done to it when it first says something; `said` is its last number. */
async function run(
  [program = "", ...args]: string[],
  onFirstWord: (child: ChildProcess) => void = () => {},
): Promise<{ code: number | null; said: number }> {
  const child = spawn(process.execPath, [path.join(bundles, program), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.once("data", () => onFirstWord(child));
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, said: Number(output.split("\n").at(-2) ?? 0) };
}

/** The log's steps and validations, without what depends on the clock or on where the run was cut. */
async function timelessLog(at: string): Promise<object[]> {
  const lines = (await readFile(path.join(at, "log.jsonl"), "utf8")).trimEnd().split("\n");
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return events
    .filter(({ type }) => type !== "checkpoint")
    .map((event) => ({ ...event, time: "", tokensPerSecond: 0, etaSeconds: 0 }));
}

/** What is in a folder of checkpoints; files that were being written are left out. */
async function checkpointFiles(at: string): Promise<Buffer[]> {
  const names = (await readdir(at)).filter((name) => name.endsWith(".safetensors")).toSorted();
  return Promise.all(names.map((name) => readFile(path.join(at, name))));
}
