import type { BackendName, BackendReport, MachineReport, Suggestion } from "@qkv/backend";
import type { KernelTestReport, WeightFormat } from "@qkv/ops";
import { Command } from "commander";
import { writeJson } from "../output.ts";
import { textTable } from "../textTable.ts";

/** `qkv doctor`: what this machine has, which backend computes and why, and what would be faster. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Say what this machine has for computing, which backend is chosen and why, and what would be faster.")
    .option("--json", "one JSON object")
    .action(runDoctor);
}

/** What a backend says of itself. */
interface BackendFinding {
  readonly name: BackendName;
  /** Why it cannot be had; absent if it can. */
  readonly reason?: string;
  readonly selfTest?: Pick<KernelTestReport, "tests" | "milliseconds"> & { readonly faults: readonly string[] };
}

/** The formats whose kernels are tested: those that most models have. */
const FORMATS: readonly WeightFormat[] = [
  ...(["f32", "f16", "bf16"] as const),
  { bits: 8, groupSize: 32, zero: 0, hasOffsets: false },
  { bits: 4, groupSize: 32, zero: 8, hasOffsets: false },
  { bits: 4, groupSize: 32, zero: 0, hasOffsets: true },
];

async function runDoctor({ json = false }: { readonly json?: boolean }): Promise<void> {
  const { initBackend, inspectMachine, BACKEND_NAMES } = await import("@qkv/backend");
  const { cacheFolder } = await import("@qkv/pretrained/node");
  const backends: BackendFinding[] = [];
  for (const name of BACKEND_NAMES) backends.push(await findingOf(name));
  const chosen = await initBackend();
  const machine = await inspectMachine(chosen);
  const cache = cacheFolder();
  if (json) return writeJson({ ...machine, chosen, backends, cacheFolder: cache });
  const rows = [
    ...machineRows(machine),
    ...chosenRows(chosen),
    ...backends.map(backendRow),
    ["models", `kept in ${cache}`],
  ];
  process.stdout.write(textTable(rows, []));
  const advice = machine.suggestions.map((suggestion) => `faster: ${ADVICE[suggestion]}\n`);
  process.stdout.write(advice.join(""));
}

/** Starts a backend alone, and tests its kernels. */
async function findingOf(name: BackendName): Promise<BackendFinding> {
  const { initBackend } = await import("@qkv/backend");
  const { testKernels } = await import("@qkv/ops");
  try {
    const { name: started, refused } = await initBackend(name);
    const reason = refused.find((refusal) => refusal.name === name)?.reason;
    if (started !== name) return { name, reason: reason ?? `${started} started in its place` };
    const start = performance.now();
    const { tests, faults } = await testKernels(FORMATS);
    const milliseconds = Math.round(performance.now() - start);
    return { name, selfTest: { tests, milliseconds, faults: faults.map(({ message }) => message) } };
  } catch (error) {
    return { name, reason: error instanceof Error ? error.message : String(error) };
  }
}

function machineRows({
  engine,
  platform,
  cores,
  memoryBytes,
  sharedMemory,
  gpu,
  noGpuReason,
}: MachineReport): string[][] {
  const memory = memoryBytes === undefined ? [] : [`${(memoryBytes / 2 ** 30).toFixed(1)} GiB of memory`];
  const shared = sharedMemory ? "threads share memory" : "threads share no memory";
  return [
    ["engine", `${engine}, ${platform}`],
    ["machine", [`${cores ?? "?"} cores`, ...memory, shared].join(", ")],
    ["gpu", gpu === undefined ? `none: ${noGpuReason ?? "unknown"}` : gpuText(gpu)],
  ];
}

function gpuText({ name, isSoftware, float16, subgroups, maxTensorBytes }: NonNullable<MachineReport["gpu"]>): string {
  const features = [float16 ? "16 bits" : "no 16 bits", subgroups ? "subgroups" : "no subgroups"];
  const limit = maxTensorBytes === undefined ? [] : [`tensors up to ${Math.floor(maxTensorBytes / 2 ** 20)} MiB`];
  return [`${name} (${isSoftware ? "software" : "hardware"})`, ...features, ...limit].join(", ");
}

function chosenRows({
  name,
  simd,
  threads,
  refused,
  simdFallbackReason,
  threadsFallbackReason,
}: BackendReport): string[][] {
  const how = [
    ...(simd === undefined ? [] : [`${simd} SIMD`]),
    ...(threads === undefined ? [] : [`${threads} threads`]),
  ];
  const reasons = [
    ...refused.map((refusal) => `not ${refusal.name}: ${refusal.reason}`),
    ...(simdFallbackReason === undefined ? [] : [simdFallbackReason]),
    ...(threadsFallbackReason === undefined ? [] : [threadsFallbackReason]),
  ];
  return [["chosen", [[name, ...how].join(", "), ...reasons].join("; ")]];
}

function backendRow({ name, reason, selfTest }: BackendFinding): string[] {
  if (selfTest === undefined) return [name, reason ?? "not there"];
  const { tests, milliseconds, faults } = selfTest;
  if (tests === 0) return [name, "has no kernels of its own"];
  return [name, faults.length === 0 ? `${tests} kernel tests passed in ${milliseconds} ms` : faults.join("; ")];
}

const ADVICE: Readonly<Record<Suggestion, string>> = {
  wide: "--wide computes on wasm with what Node calls experimental: wider or relaxed vectors, after a test",
  newerNode: "Node 24 or newer has vectors of 256 bits, which --wide takes",
  installWebgpu: "npm install webgpu, if this machine has a GPU",
  isolate:
    "headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp give threads",
  hardwareGpu: "a graphics driver for the hardware, if there is a GPU: this one computes in software",
};
