import fc from "fast-check";
import { expect, test } from "vitest";
import { formatPreprocessorConfig } from "./formatPreprocessorConfig.ts";
import { parsePreprocessorConfig } from "./parsePreprocessorConfig.ts";
import type { ImageProcessorConfig } from "./processorConfig.ts";

const side = fc.integer({ min: 1, max: 512 });
const rectangle = fc.record({ width: side, height: side });
const three = (low: number) => fc.array(fc.double({ min: low, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
const configs: fc.Arbitrary<ImageProcessorConfig> = fc.record(
  {
    resize: fc.record({
      size: fc.oneof(
        rectangle,
        fc.record({ shortestEdge: side }),
        fc.record({ shortestEdge: side, longestEdge: side }),
      ),
      resample: fc.constantFrom("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"),
    }),
    centerCrop: rectangle,
    rescaleFactor: fc.constantFrom(1 / 255, 0.5),
    normalize: fc.oneof(
      fc.record({ mean: three(0), std: three(0.1) }),
      fc.record({ mean: fc.constant([0.3]), std: fc.constant([0.4]) }),
    ),
  },
  { requiredKeys: [] },
);

test("what is written is read back the same", () => {
  fc.assert(
    fc.property(configs, (config) => {
      const json: unknown = JSON.parse(JSON.stringify(formatPreprocessorConfig(config)));
      expect(parsePreprocessorConfig(json)).toEqual(config);
    }),
  );
});
