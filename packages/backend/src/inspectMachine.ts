import { type Adapter, type AdapterReport, describeAdapter, type Gpu, isNode } from "@qkv/ops";
import type { BackendReport } from "./initBackend.ts";
import { importWebgpu } from "./optionalPackages.ts";

/** What a machine has for computing, and what would be faster. */
export interface MachineReport {
  /** "Node 24.11.0", or "browser". */
  readonly engine: string;
  /** "linux x64"; in a page as the browser says. */
  readonly platform: string;
  /** Absent where the engine does not say; so is the memory. */
  readonly cores?: number;
  /** Bytes of RAM, which browsers round and cap at 8 GiB. */
  readonly memoryBytes?: number;
  /** Whether threads can share memory. */
  readonly sharedMemory: boolean;
  readonly gpu?: AdapterReport;
  /** Why there is no GPU; absent if there is one. */
  readonly noGpuReason?: string;
  readonly suggestions: readonly Suggestion[];
}

/**
 * What would compute faster: `wide`, the option of that name; `newerNode`, Node 24, which has it; `installWebgpu`, the npm package;
 * `isolate`, headers for threads in a page; `hardwareGpu`, a driver for hardware, where there is one in software.
 */
export type Suggestion = "wide" | "newerNode" | "installWebgpu" | "isolate" | "hardwareGpu";

/** Looks at the machine, without starting a backend. @param report of the backend in use, which says more */
export async function inspectMachine(report?: BackendReport): Promise<MachineReport> {
  const found = isNode() ? inNode() : inPage();
  const gpu = await inspectGpu();
  return { ...found, ...gpu, suggestions: suggestionsFor(found, gpu, report) };
}

type Host = Pick<MachineReport, "engine" | "platform" | "cores" | "memoryBytes" | "sharedMemory">;
type GpuFinding = Pick<MachineReport, "gpu" | "noGpuReason">;

function inNode(): Host {
  const os = process.getBuiltinModule("node:os");
  const { deno, bun, node } = process.versions;
  return {
    engine: bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`,
    platform: `${process.platform} ${process.arch}`,
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    sharedMemory: typeof SharedArrayBuffer !== "undefined",
  };
}

function inPage(): Host {
  const navigator = globalThis.navigator as
    { readonly hardwareConcurrency?: number; readonly deviceMemory?: number; readonly platform?: string } | undefined;
  const { hardwareConcurrency: cores, deviceMemory: gibibytes } = navigator ?? {};
  return {
    engine: "browser",
    platform: navigator?.platform ?? "unknown",
    ...(cores !== undefined && { cores }),
    ...(gibibytes !== undefined && { memoryBytes: gibibytes * 2 ** 30 }),
    sharedMemory: typeof SharedArrayBuffer !== "undefined" && globalThis.crossOriginIsolated !== false,
  };
}

async function inspectGpu(): Promise<GpuFinding> {
  const own = (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu;
  if (own === undefined && !isNode()) return { noGpuReason: "there is no navigator.gpu here" };
  try {
    const gpu = own ?? (await (await importWebgpu()).createDawn()).gpu;
    const adapter: Adapter | null = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (adapter === null) return { noGpuReason: "no graphics driver that WebGPU can use" };
    return { gpu: describeAdapter(adapter) };
  } catch (error) {
    return { noGpuReason: error instanceof Error ? error.message : String(error) };
  }
}

function suggestionsFor(host: Host, { gpu, noGpuReason }: GpuFinding, report?: BackendReport): Suggestion[] {
  const [, major] = /^Node (\d+)/.exec(host.engine) ?? [];
  const hasWide = major !== undefined && host.platform.endsWith("x64") && report?.simd !== "wide";
  const found: (Suggestion | false)[] = [
    hasWide && (Number(major) >= 24 || Number(major) === 20) && report?.simdFallbackReason === undefined && "wide",
    hasWide && Number(major) < 24 && "newerNode",
    isNode() && /not installed|did not load/.test(noGpuReason ?? "") && "installWebgpu",
    !isNode() && !host.sharedMemory && "isolate",
    gpu?.isSoftware === true && "hardwareGpu",
  ];
  return found.filter((each) => each !== false);
}
