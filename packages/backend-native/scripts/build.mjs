// Compiles c/ into native/: `build.mjs` for this machine, `build.mjs --all` for every platform, by zig alone, which brings what each
// of them has to be linked with. With --optional it says so where there is no compiler, and lets the build go on.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const api = dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json"));

/** How zig names each platform, itself named as Node names it. */
const ZIG_TARGETS = {
  "linux-x64": "x86_64-linux-gnu.2.17",
  "linux-arm64": "aarch64-linux-gnu.2.17",
  "darwin-x64": "x86_64-macos",
  "darwin-arm64": "aarch64-macos",
  "win32-x64": "x86_64-windows-gnu",
  "win32-arm64": "aarch64-windows-gnu",
};

const AVX2 = ["-mavx2", "-mfma"];
const AVX512 = [...AVX2, "-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512vnni"];

/** What is compiled once for each kind of instructions. */
const kernels = (instructions, flags) =>
  ["gemm.c", "activate.c", "attention.c"].map((source) => [source, `-DINSTRUCTIONS=${instructions}`, ...flags]);

/** Each object: its source, and the flags of its instructions. */
const OBJECTS = {
  x64: [["addon.c"], ["cpu.c"], ["woven.c", ...AVX2], ...kernels("avx2", AVX2), ...kernels("avx512", AVX512)],
  arm64: [["addon.c"], ["cpu.c"], ...kernels("neon", [])],
};

// Products and sums are fused where a source says so, and nowhere else: results are the same by any compiler.
const FLAGS = [
  "-std=c11",
  "-O3",
  "-ffp-contract=off",
  "-fvisibility=hidden",
  "-fno-stack-protector",
  "-Wall",
  "-Wextra",
];

class CompilerError extends Error {}

function run(command, args) {
  const { status, stderr, error } = spawnSync(command[0], [...command.slice(1), ...args], { encoding: "utf8" });
  if (status !== 0) throw new CompilerError(`${command.join(" ")} ${args.join(" ")}\n${error?.message ?? stderr}`);
}

function answers(...command) {
  return spawnSync(command[0], command.slice(1), { stdio: "ignore" }).status === 0;
}

function findZig() {
  const named = process.env["QKV_ZIG"];
  const candidates = named ? [[named]] : [["zig"], ["python3", "-m", "ziglang"], ["python", "-m", "ziglang"]];
  return candidates.find((command) => answers(...command, "version"));
}

function findCompiler() {
  const named = process.env["CC"];
  return (named ? [[named]] : [["cc"], ["clang"], ["gcc"]]).find((command) => answers(...command, "--version"));
}

/** Compiles for one platform; `compiler` is a command that takes what `cc` takes. */
function build(platform, compiler, zig) {
  const [system, arch] = platform.split("-");
  const work = mkdtempSync(join(tmpdir(), "qkv-native-"));
  try {
    const position = system === "win32" ? [] : ["-fPIC"];
    const objects = OBJECTS[arch].map(([source, ...flags], i) => {
      const object = join(work, `${i}.o`);
      run(compiler, [...FLAGS, ...position, ...flags, `-I${api}/include`, "-c", join(root, "c", source), "-o", object]);
      return object;
    });
    const linking = {
      linux: () => ["-shared", "-s", "-nostdlib"], // what it calls Node has loaded: glibc, or musl as on Alpine
      darwin: () => ["-shared", "-Wl,-undefined,dynamic_lookup"],
      win32: () => ["-shared", "-s", importLibrary(zig, arch, work)],
    };
    const built = join(work, "addon.node");
    run(compiler, [...linking[system](), ...objects, "-o", built]);
    mkdirSync(join(root, "native"), { recursive: true });
    copyFileSync(built, addonFile(platform));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A library of what node.exe exports, which takes the place of node.lib. */
function importLibrary(zig, arch, work) {
  const lines = readdirSync(join(api, "def")).flatMap((file) =>
    readFileSync(join(api, "def", file), "utf8")
      .split(/\r?\n/)
      .filter((line) => !/^(?:NAME|EXPORTS|\s*$)/.test(line)),
  );
  const [definition, library] = [join(work, "node.def"), join(work, "node.lib")];
  writeFileSync(definition, ["NAME NODE.EXE", "EXPORTS", ...new Set(lines)].join("\n"));
  run(zig, ["dlltool", "-d", definition, "-l", library, "-m", arch === "x64" ? "i386:x86-64" : "arm64"]);
  return library;
}

function addonFile(platform) {
  return join(root, "native", `${platform}.node`);
}

/** Whether what was built is newer than all that it is built from. */
function isCurrent(platform) {
  if (!existsSync(addonFile(platform))) return false;
  const sources = [
    ...readdirSync(join(root, "c")).map((file) => join(root, "c", file)),
    fileURLToPath(import.meta.url),
  ];
  return sources.every((file) => statSync(file).mtimeMs < statSync(addonFile(platform)).mtimeMs);
}

const zig = findZig();
const zigFor = (platform) => [...zig, "cc", "-target", ZIG_TARGETS[platform]];
try {
  if (process.argv.includes("--all")) {
    if (zig === undefined)
      throw new CompilerError("expected zig in the PATH, as Python's ziglang, or named by QKV_ZIG");
    for (const platform of Object.keys(ZIG_TARGETS)) build(platform, zigFor(platform), zig);
  } else {
    const platform = `${process.platform}-${process.arch}`;
    const isKnown = Object.hasOwn(ZIG_TARGETS, platform);
    const compiler = process.platform === "win32" ? undefined : findCompiler();
    const command = compiler ?? (zig && isKnown ? zigFor(platform) : undefined);
    if (!isKnown || command === undefined) {
      throw new CompilerError(`no native kernels: ${isKnown ? "there is no C compiler here" : `none for ${platform}`}`);
    }
    if (!isCurrent(platform)) build(platform, command, zig);
  }
} catch (error) {
  if (!(error instanceof CompilerError)) throw error;
  process.stderr.write(`backend-native: ${error.message}\n`);
  process.exitCode = process.argv.includes("--optional") ? 0 : 1;
}
