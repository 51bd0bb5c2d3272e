import { expect, test } from "vitest";
import { resizeAndCenterCrop } from "./preprocessImages.ts";
import { visibleRegion } from "./visibleRegion.ts";

const RESIZE = { size: { shortestEdge: 4 }, resample: "nearest" } as const;

test("all of an image that is only resized", () => {
  const region = { left: 0, top: 0, width: 1, height: 1 };
  expect(visibleRegion({ width: 30, height: 20 }, { resize: RESIZE })).toEqual(region);
  expect(visibleRegion({ width: 30, height: 20 }, {})).toEqual(region);
});

test("the middle of one that is cropped: what resizeAndCenterCrop leaves of it", () => {
  const config = { resize: RESIZE, centerCrop: { width: 4, height: 2 } };
  const image = { width: 16, height: 8, channels: 3 as const, data: new Uint8Array(16 * 8 * 3) };
  const { left, top, width, height } = visibleRegion(image, config);
  expect({ left, top, width, height }).toEqual({ left: 0.25, top: 0.25, width: 0.5, height: 0.5 });
  for (let y = 2; y < 6; y++) image.data.fill(200, (y * 16 + 4) * 3, (y * 16 + 12) * 3); // just that part is grey
  expect(new Set(resizeAndCenterCrop(image, config).data)).toEqual(new Set([200]));
});

test("beyond an image that is smaller than the crop", () => {
  const config = { centerCrop: { width: 8, height: 4 } };
  expect(visibleRegion({ width: 4, height: 4 }, config)).toEqual({ left: -0.5, top: 0, width: 2, height: 1 });
});
