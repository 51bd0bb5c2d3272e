import { RotaryPositions } from "@qkv/attention";
import type { VitConfig } from "./config.ts";
import { leadingTokens } from "./grid.ts";

/**
 * Rotary positions of patches (DINOv3, arXiv:2508.10104): the first half of the angles grows with the row, the second with the
 * column of a patch, whose middle lies between -1 and 1 in either direction. The tokens before the patches do not turn. The
 * `span` of a pass is the number of columns.
 */
export function patchRotary(config: VitConfig, theta: number): RotaryPositions {
  const { dModel, numHeads, headDim: dim = dModel / numHeads } = config;
  const rates = Array.from({ length: dim / 4 }, (_, i) => {
    return Math.fround(1 / Math.fround(theta ** Math.fround((4 * i) / dim)));
  });
  const before = leadingTokens(config);
  return new RotaryPositions({
    dim,
    anglesOf(length, columns = length - before) {
      const half = dim / 2;
      const cos = new Float32Array(length * half).fill(1);
      const sin = new Float32Array(length * half);
      const rows = (length - before) / columns;
      for (let patch = 0; patch < length - before; patch++) {
        const places = [middle(Math.floor(patch / columns), rows), middle(patch % columns, columns)];
        for (const [axis, place] of places.entries()) {
          for (const [i, rate] of rates.entries()) {
            const angle = Math.fround(Math.fround(2 * Math.PI * place) * rate);
            const at = (before + patch) * half + axis * rates.length + i;
            cos[at] = Math.cos(angle);
            sin[at] = Math.sin(angle);
          }
        }
      }
      return { cos, sin };
    },
  });
}

/** The middle of a patch between -1 and 1. */
function middle(index: number, count: number): number {
  return Math.fround(2 * Math.fround((index + 0.5) / count) - 1);
}
