import type { WeightFormat } from "../weights/weight.ts";
import type { KernelCase } from "./kernelCase.ts";
import { cacheCases, layerCases } from "./layerCases.ts";
import { attentionCases, floatCases, packedCases } from "./operationCases.ts";
import { replacedCases } from "./replacedCases.ts";

/**
 * The cases of a self-test in their order: what others are made of is tested, and perhaps replaced, before them.
 *
 * @param formats as `testKernels` takes them
 */
export function casesFor(formats: readonly WeightFormat[]): readonly (readonly KernelCase[])[] {
  if (formats.length === 0) return [replacedCases(), floatCases()];
  return [
    [
      ...attentionCases(),
      ...cacheCases(),
      ...formats.flatMap((format) => (format === "f32" ? [] : packedCases(format))),
    ],
    formats.flatMap(layerCases),
  ];
}
