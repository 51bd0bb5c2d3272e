import type { CodeGroups } from "@qkv/ops";

/**
 * The same numbers with other codes, as blocks of GGUF have them: without offsets that are a multiple of the scale in every
 * group, as codes in MLX's layout have them of a format around zero, or with codes from 0 on where they are held signed.
 *
 * @returns undefined if there are none: no offsets, offsets of another kind, or numbers that would be rounded otherwise
 */
export function centeredGroups(groups: CodeGroups): CodeGroups | undefined {
  const { codes, scales, offsets, groupSize } = groups;
  if (offsets === undefined) return undefined;
  const first = scales.findIndex((scale) => scale !== 0);
  const multiple = first < 0 ? 0 : Math.round((offsets[first] as number) / (scales[first] as number));
  const found = offsets.every((offset, group) => offset === multiple * (scales[group] as number))
    ? aroundZero(groups, multiple)
    : fromZero(groups, offsets);
  if (found === undefined) return undefined;
  const isSame = (code: number, i: number) => {
    const [scale, offset] = [scales[Math.floor(i / groupSize)] as number, offsets[Math.floor(i / groupSize)] as number];
    return Math.fround(Math.fround(scale * code) + offset) === numberOf(found, i);
  };
  return (codes as Int8Array).every(isSame) ? found : undefined;
}

/** Codes of 8 bits are moved by the multiple; those of 4 have it as the code of zero. */
function aroundZero({ bits, groupSize, codes, scales }: CodeGroups, multiple: number): CodeGroups {
  if (bits === 4) return { bits, groupSize, codes, scales, zero: 0 - multiple };
  return { bits, groupSize, scales, zero: 0, codes: moved(codes, multiple) };
}

/** Codes of 8 bits less the lowest, and offsets that make up for it. */
function fromZero(groups: CodeGroups, offsets: Float32Array): CodeGroups | undefined {
  const { bits, codes, scales } = groups;
  if (bits === 4) return undefined; // they are from 0 on
  const lower = offsets.map((offset, group) => offset - 128 * (scales[group] as number));
  return { ...groups, codes: moved(codes, 128), offsets: lower };
}

/** Codes with a number added; those beyond eight bits become other numbers, which {@link centeredGroups} finds. */
function moved(codes: Int8Array | Uint8Array, by: number): Int8Array {
  return Int8Array.from(codes, (code) => Math.min(127, Math.max(-128, code + by)));
}

function numberOf({ codes, scales, offsets, zero, groupSize }: CodeGroups, i: number): number {
  const group = Math.floor(i / groupSize);
  const scaled = Math.fround((scales[group] as number) * ((codes[i] as number) - zero));
  return offsets === undefined ? scaled : Math.fround(scaled + (offsets[group] as number));
}
