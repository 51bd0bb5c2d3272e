// A sequence of kernels that threads go through together, without a word of JavaScript between one and the next.
//
// A step takes STEP bytes: 32-bit words, then the kernel's arguments, each a 64-bit float. Whoever is there takes the next
// part of a step that nobody has taken; one that comes late finds nothing left and looks at the next step. A part begins
// once `after` parts of earlier steps are done.
import { attention } from "./attention";
import { activate, add, multiply } from "./elements";
import { products } from "./gemm";
import { appendHeads, mergeHeads } from "./heads";
import { packedProducts } from "./packedProducts";
import { rotate } from "./rotary";
import { layerNorm, rmsNorm } from "./rows";

// Kernels by number, and words by byte: as in src/program.ts.
const PRODUCTS: i32 = 0;
const ATTENTION: i32 = 1;
const LAYER_NORM: i32 = 2;
const ACTIVATE: i32 = 3;
const APPEND_HEADS: i32 = 4;
const MERGE_HEADS: i32 = 5;
const COPY: i32 = 6;
const RMS_NORM: i32 = 7;
const ROTATE: i32 = 8;
const ADD: i32 = 9;
const MULTIPLY: i32 = 10;
const PACKED_PRODUCTS: i32 = 11;
const FIRST_NATIVE: i32 = 12; // from here on, those that are not of this module

/** A part of a step of @qkv/backend-native, which reads the arguments itself. */
// @ts-ignore: decorator
@external("env", "nativeStep")
declare function nativeStep(kernel: i32, at: usize, from: i32, to: i32, scratch: usize): void;

const KERNEL: usize = 0;
const AFTER: usize = 4;
const PARTS: usize = 8;
const UNITS: usize = 12;
const GRAIN: usize = 16;
const CLAIM: usize = 20; // the next part that nobody has taken
const ARGUMENTS: usize = 32;
const STEP: usize = 192; // lines of a cache of its own, since threads write its claim

const LOOKS: i32 = 50_000; // a tenth of a millisecond or more: at work, threads meet sooner
const SLEEP_NS: i64 = 50_000;

/**
 * Goes through `count` steps; the word at `finished` counts parts, and the one behind it says whether this thread may sleep.
 * Each of the threads, `from` to `to`, does the same.
 */
export function program(steps: usize, count: i32, finished: usize, from: i32, to: i32, scratch: usize): void {
  for (let i = 0; i < count; i++) {
    const step = steps + <usize>i * STEP;
    const parts = load<i32>(step, PARTS);
    if (atomic.load<i32>(step, CLAIM) >= parts) continue;
    let part = atomic.add<i32>(step, 1, CLAIM);
    if (part >= parts) continue;
    const after = load<i32>(step, AFTER);
    waitFor(finished, after, scratch);
    const units = load<i32>(step, UNITS);
    const grain = load<i32>(step, GRAIN);
    const kernel = load<i32>(step, KERNEL);
    do {
      perform(kernel, step + ARGUMENTS, part * grain, min(units, (part + 1) * grain), scratch);
      atomic.add<i32>(finished, 1);
      part = atomic.add<i32>(step, 1, CLAIM);
    } while (part < parts);
  }
}

/**
 * Until `after` parts are finished. Who has looked long enough sleeps in between: another may need this core to finish.
 *
 * The count of looks is stored, for a loop that stores nothing the optimizer takes the load out of it and looks but once.
 */
function waitFor(finished: usize, after: i32, scratch: usize): void {
  for (let looked = 0; ; looked++) {
    store<i32>(scratch, looked);
    const seen = atomic.load<i32>(finished);
    if (seen >= after) return;
    if (looked > LOOKS && load<i32>(finished, 4) != 0) atomic.wait<i32>(finished, seen, SLEEP_NS);
  }
}

// @ts-ignore: decorator
@inline
function int(at: usize, i: i32): i32 {
  return <i32>load<f64>(at + (<usize>i << 3));
}

// @ts-ignore: decorator
@inline
function address(at: usize, i: i32): usize {
  return <usize>load<f64>(at + (<usize>i << 3));
}

function perform(kernel: i32, at: usize, from: i32, to: i32, scratch: usize): void {
  switch (kernel) {
    case PRODUCTS:
      products(
        address(at, 0),
        address(at, 1),
        address(at, 2),
        int(at, 3),
        int(at, 4),
        int(at, 5),
        int(at, 6),
        int(at, 7),
        int(at, 8),
        int(at, 9),
        int(at, 10),
        int(at, 11),
        address(at, 12),
        int(at, 13),
        int(at, 14),
        int(at, 15),
        from,
        to,
        scratch,
      );
      return;
    case ATTENTION:
      attention(
        address(at, 0),
        address(at, 1),
        address(at, 2),
        address(at, 3),
        address(at, 4),
        address(at, 5),
        address(at, 6),
        address(at, 7),
        from,
        to,
        scratch,
      );
      return;
    case LAYER_NORM:
      layerNorm(
        address(at, 0),
        address(at, 1),
        address(at, 2),
        address(at, 3),
        address(at, 4),
        address(at, 5),
        int(at, 6),
        <f32>load<f64>(at, 56),
        from,
        to,
      );
      return;
    case ACTIVATE:
      activate(int(at, 0), address(at, 1), address(at, 2), from, to);
      return;
    case APPEND_HEADS:
      appendHeads(
        address(at, 0),
        address(at, 1),
        address(at, 2),
        int(at, 3),
        int(at, 4),
        int(at, 5),
        int(at, 6),
        int(at, 7),
        int(at, 8),
        from,
        to,
      );
      return;
    case MERGE_HEADS:
      mergeHeads(address(at, 0), address(at, 1), int(at, 2), int(at, 3), int(at, 4), from, to);
      return;
    case COPY:
      memory.copy(address(at, 1) + (<usize>from << 2), address(at, 0) + (<usize>from << 2), <usize>(to - from) << 2);
      return;
    case RMS_NORM:
      rmsNorm(
        address(at, 0),
        address(at, 1),
        address(at, 2),
        int(at, 3),
        <f32>load<f64>(at, 32),
        <f32>load<f64>(at, 40),
        from,
        to,
      );
      return;
    case ROTATE:
      rotate(
        address(at, 0),
        address(at, 1),
        address(at, 2),
        int(at, 3),
        int(at, 4),
        int(at, 5),
        int(at, 6),
        int(at, 7),
        from,
        to,
      );
      return;
    case ADD:
      add(address(at, 0), address(at, 1), address(at, 2), int(at, 3), from, to);
      return;
    case MULTIPLY:
      multiply(address(at, 0), address(at, 1), address(at, 2), int(at, 3), from, to);
      return;
    case PACKED_PRODUCTS:
      packedProducts(
        address(at, 0),
        address(at, 1),
        address(at, 2),
        int(at, 3),
        int(at, 4),
        int(at, 5),
        int(at, 6),
        <f32>load<f64>(at, 56),
        address(at, 8),
        int(at, 9),
        int(at, 10),
        int(at, 11),
        from,
        to,
        scratch,
      );
      return;
    default:
      nativeStep(kernel - FIRST_NATIVE, at, from, to, scratch);
  }
}
