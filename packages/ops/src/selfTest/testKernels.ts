import * as tf from "@tensorflow/tfjs-core";
import { checkArray, checkBackend } from "../checks/argumentChecks.ts";
import { FUSED_KERNELS } from "../fusedKernel.ts";
import type { WeightFormat } from "../weights/weight.ts";
import { casesFor } from "./cases.ts";
import { hasChecksum } from "./checksum.ts";
import type { KernelCase, KnownResult } from "./kernelCase.ts";
import { KNOWN_CHECKSUMS } from "./knownChecksums.ts";
import { type WrongNumber, wrongNumber } from "./plainProduct.ts";

/** A kernel that came out wrong in a self-test, and is used no more. */
export interface KernelFault {
  /** The names under which the backend had registered what is no longer used. */
  readonly kernels: readonly string[];
  /** What was computed: "a product of 1 row with f32". */
  readonly test: string;
  /** The number that is furthest off; absent where the kernel threw. */
  readonly wrong?: WrongNumber;
  /** The sentence that is printed. */
  readonly message: string;
}

/** The outcome of {@link testKernels}. */
export interface KernelTestReport {
  /** Number of known results, those of earlier calls included. */
  readonly tests: number;
  /** Time that this call took. */
  readonly milliseconds: number;
  readonly faults: readonly KernelFault[];
}

/** A backend whose kernels have options that change what they compute with. */
export interface VariedBackend {
  /** Names the options in use: kernels are tested once for each. */
  readonly kernelVariant: string;
}

/** A kernel in the place of one of tfjs's own. */
export interface ReplacingKernel {
  /** What was there before, and is there again if the kernel comes out wrong. */
  readonly original?: tf.KernelConfig | undefined;
}

/** Outcomes by what was tested, for each backend. */
const outcomes = new WeakMap<object, Map<string, KernelFault | undefined>>();

let last: Promise<unknown> = Promise.resolve();

/**
 * Tests the kernels that the current backend has registered: a few small known results for each, which plain JavaScript
 * computed, or computes where the checksum of a result is another.
 * What came out right is not tested again. A kernel that came out wrong is taken out of the registry and the console says
 * so: operations are composed from then on, or tfjs's own kernel is back.
 *
 * Without formats: the operations on float32. With them: attention, whole layers and caches, and what reads weights of each
 * format.
 *
 * @param formats those of the weights that a model is going to have; `f32` for its layers in float32
 * @throws Error if an operation comes out wrong without the kernel as well
 */
export function testKernels(formats: readonly WeightFormat[] = []): Promise<KernelTestReport> {
  checkArray("testKernels", "formats", formats);
  checkBackend("testKernels");
  const report = last.then(() => testAlone(formats));
  last = report.catch(() => undefined);
  return report;
}

async function testAlone(formats: readonly WeightFormat[]): Promise<KernelTestReport> {
  const start = performance.now();
  const backend = tf.backend();
  const known = outcomes.get(backend) ?? new Map<string, KernelFault | undefined>();
  outcomes.set(backend, known);
  if (!hasKernels(tf.getBackend())) return { tests: 0, milliseconds: 0, faults: [] };
  for (const fault of known.values()) if (fault !== undefined) distrust(fault.kernels, tf.getBackend());
  for (const cases of casesFor(formats)) await testCases(cases, tf.getBackend(), backend, known);
  const faults = [...known.values()].filter((fault) => fault !== undefined);
  return { tests: known.size, milliseconds: performance.now() - start, faults };
}

async function testCases(
  all: readonly KernelCase[],
  name: string,
  backend: object,
  known: Map<string, KernelFault | undefined>,
): Promise<void> {
  const variant = (backend as Partial<VariedBackend>).kernelVariant ?? "";
  const keyOf = (each: KernelCase) => `${each.name} ${variant}`;
  const cases = all.filter(({ kernels }) => kernels.some((kernel) => isOurs(kernel, name)));
  const open = cases.filter((each) => !known.has(keyOf(each)));
  const results = await triedAll(open);
  const failed: KernelCase[] = [];
  for (const [i, each] of open.entries()) {
    const outcome = results[i];
    known.set(keyOf(each), outcome && faultOf(each, name, outcome));
    if (outcome !== undefined) failed.push(each);
  }
  for (const each of failed) distrust(each.kernels, name);
  warn(failed.flatMap((each) => known.get(keyOf(each)) ?? []));
  for (const each of failed) {
    if (!each.hasFallback || tf.getBackend() !== name) continue;
    const [again] = await triedAll([each]);
    if (again !== undefined) throw new Error(`${faultOf(each, name, again).message}, with and without the kernel`);
  }
}

/** Whether a backend has kernels of a plug-in. */
function hasKernels(backend: string): boolean {
  if ([...OWN].some((kernel) => isOurs(kernel, backend))) return true;
  return tf.getKernelsForBackend(backend).some(({ kernelName }) => isOurs(kernelName, backend));
}

/** Whether a kernel is a plug-in's, and not tfjs's own. */
function isOurs(kernel: string, backend: string): boolean {
  const config = tf.getKernel(kernel, backend) as (tf.KernelConfig & ReplacingKernel) | undefined;
  return config !== undefined && (OWN.has(kernel) || config.original !== undefined);
}

const OWN: ReadonlySet<string> = new Set(Object.values(FUSED_KERNELS));

type Outcome = WrongNumber | { readonly error: string };

/**
 * Computes cases, and gives what is wrong with each. A GPU is waited for once: their results are read as one tensor.
 *
 * @throws what reading throws: the device is lost, say
 */
async function triedAll(cases: readonly KernelCase[]): Promise<readonly (Outcome | undefined)[]> {
  const known = cases.map((each) => each.make());
  const computed = known.map(({ run }) => computedBy(run));
  const tensors = computed.filter((result) => result instanceof tf.Tensor);
  const numbers = await valuesOf(tensors);
  return computed.map((result, i) => {
    if (!(result instanceof tf.Tensor)) return result;
    return wrongIn(numbers.get(result) ?? [], cases[i] as KernelCase, known[i] as KnownResult);
  });
}

/** What is wrong with a result. Plain JavaScript computes what it should be only if the checksum is not the known one. */
function wrongIn(
  got: ArrayLike<number>,
  { name, tolerance }: KernelCase,
  { expected }: KnownResult,
): Outcome | undefined {
  const known = KNOWN_CHECKSUMS[name];
  if (known !== undefined && hasChecksum(got, known, tolerance)) return undefined;
  return wrongNumber(got, expected(), tolerance);
}

/** What a case computes; undefined if its kernel does not take it, a sentence if it throws. */
function computedBy(run: KnownResult["run"]): tf.Tensor | Outcome | undefined {
  try {
    return tf.tidy(run as () => tf.Tensor); // its type lacks undefined
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** The values of tensors, read together, which are then disposed of. */
async function valuesOf(tensors: readonly tf.Tensor[]): Promise<ReadonlyMap<tf.Tensor, Float32Array>> {
  if (tensors.length === 0) return new Map();
  const all = tf.tidy(() => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [tensor.size]))));
  tf.dispose([...tensors]);
  try {
    const values = (await all.data()) as Float32Array;
    let at = 0;
    return new Map(tensors.map((tensor) => [tensor, values.subarray(at, (at += tensor.size))]));
  } finally {
    all.dispose();
  }
}

function faultOf({ kernels, name: test }: KernelCase, backend: string, outcome: Outcome): KernelFault {
  const what = `${backend}: ${kernels.join(" and ")} failed the self-test`;
  if ("error" in outcome) return { kernels, test, message: `${what} (${test}: ${outcome.error})` };
  const { expected, at, got } = outcome;
  const message = `${what} (${test}: expected ${short(expected)} at ${at}, got ${short(got)})`;
  return { kernels, test, wrong: outcome, message };
}

const short = (value: number): string => String(Number(value.toPrecision(5)));

/** Takes kernels out of the registry, and puts tfjs's own back where they replaced one. */
function distrust(kernels: readonly string[], backend: string): void {
  for (const kernel of kernels.filter((each) => isOurs(each, backend))) {
    const { original } = tf.getKernel(kernel, backend) as tf.KernelConfig & ReplacingKernel;
    tf.unregisterKernel(kernel, backend);
    if (original !== undefined) tf.registerKernel(original);
  }
}

/** Prints the first fault of each kernel. */
function warn(faults: readonly KernelFault[]): void {
  const told = new Set<string>();
  for (const { kernels, message } of faults) {
    const key = kernels.join(" ");
    if (told.has(key)) continue;
    told.add(key);
    // oxlint-disable-next-line no-console -- what was computed by it before may be wrong, wherever this runs
    console.warn(`QKV: ${message}; it is not used, and what replaces it is slower`);
  }
}
