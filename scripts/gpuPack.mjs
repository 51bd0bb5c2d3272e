// `pnpm gpu:pack FOLDER`: FOLDER/qkv-gpu.tar.xz for a Linux x64 host with an NVIDIA GPU, without Node and network. There:
//   tar xJf qkv-gpu.tar.xz && qkv-gpu/run > gpu.json        (--short for a driver in software)
// It has Node, Dawn, a Vulkan loader, ONNX Runtime's WebGPU, and the benches; weights are made there, by seed.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, realpath, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleBenches } from "./gpuPackBundle.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BENCH = join(ROOT, "bench");
const MOST_BYTES = 60e6;

/** Where distributions have the loader; it is searched for here when none of these is there. */
const LOADERS = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib64/libvulkan.so.1", "/usr/lib/libvulkan.so.1"];

const [target] = process.argv.slice(2);
if (target === undefined || process.platform !== "linux" || process.arch !== "x64") {
  process.stderr.write("Usage: pnpm gpu:pack FOLDER, on Linux on x64\n");
  process.exit(2);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0)
    throw new Error(`gpu:pack: expected ${command} ${args[0]} to succeed, got ${error?.message ?? status}`);
}

/** @param {string} folder the unpacked archive */
async function fill(folder) {
  const modules = join(folder, "app/node_modules");
  for (const path of ["bin", "lib", "app/bench"]) await mkdir(join(folder, path), { recursive: true });
  await copyFile(await realpath(process.execPath), join(folder, "bin/node"));
  spawnSync("strip", [join(folder, "bin/node")]); // a third smaller, where there is a strip
  await bundleBenches(BENCH, join(folder, "app/bench"));
  await copyDawn(join(modules, "webgpu"));
  await copyOnnxRuntime(join(modules, "onnxruntime-web"));
  const wasm = join(modules, "@qkv/backend-wasm");
  for (const path of ["package.json", "wasm", "src/kernelThread.js"]) {
    await cp(join(ROOT, "packages/backend-wasm", path), join(wasm, path), { recursive: true });
  }
  await cp(join(ROOT, "models/en-fr"), join(folder, "app/models/en-fr"), { recursive: true });
  const loader = LOADERS.find((path) => existsSync(path));
  if (loader === undefined) process.stderr.write("gpu:pack: no libvulkan.so.1 here: the host has to have one\n");
  else await copyFile(await realpath(loader), join(folder, "lib/libvulkan.so.1"));
  await copyFile(join(ROOT, "scripts/gpuPackRun.sh"), join(folder, "run"));
  await chmod(join(folder, "run"), 0o755);
}

/** @param {string} to */
async function copyDawn(to) {
  const from = await packageFolder("webgpu");
  for (const file of await readdir(from)) if (/\.(js|json)$/.test(file)) await cp(join(from, file), join(to, file));
  await cp(join(from, "dist/linux-x64"), join(to, "dist/linux-x64"), { recursive: true });
}

/** @param {string} to */
async function copyOnnxRuntime(to) {
  const from = await packageFolder("onnxruntime-web");
  await cp(join(from, "package.json"), join(to, "package.json"));
  for (const file of await readdir(join(from, "dist"))) {
    if (!/^ort\.webgpu\.(bundle\.)?min\.mjs$|^ort-wasm-simd-threaded\.asyncify\.(mjs|wasm)$/.test(file)) continue;
    await cp(join(from, "dist", file), join(to, "dist", file));
  }
}

/** @param {string} name a dependency of the benches */
async function packageFolder(name) {
  const folder = join(BENCH, "node_modules", name);
  if (existsSync(folder)) return realpath(folder);
  const { resolve } = createRequire(join(ROOT, "test/webgpu/package.json"));
  return join(resolve(name), "..");
}

const work = await mkdtemp(join(tmpdir(), "qkv-gpu-pack-"));
try {
  if (!existsSync(join(BENCH, "node_modules"))) {
    run("pnpm", "--dir", BENCH, "install", "--frozen-lockfile", "--silent");
  }
  await fill(join(work, "qkv-gpu"));
  await mkdir(target, { recursive: true });
  const archive = join(target, "qkv-gpu.tar.xz");
  run("tar", "-C", work, "-I", "xz -T0 -6", "-cf", archive, "qkv-gpu");
  const { size } = await stat(archive);
  process.stdout.write(`${archive} ${(size / 1e6).toFixed(1)} MB\n`);
  if (size > MOST_BYTES) throw new Error(`gpu:pack: expected at most ${MOST_BYTES / 1e6} MB, got ${size / 1e6}`);
} finally {
  await rm(work, { recursive: true, force: true });
}
