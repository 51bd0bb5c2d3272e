import type { ShiftedWindows } from "@qkv/attention";
import type { Size } from "../imageModel.ts";

/** The windows of a grid filled up to whole ones; a grid that is not larger than a window is not shifted. */
export function windowsFor(
  [height, width]: Size,
  { window: asked, shift }: Pick<ShiftedWindows, "window" | "shift">,
): ShiftedWindows {
  const window = Math.min(asked, height, width);
  const whole = (side: number) => Math.ceil(side / window) * window;
  return { height: whole(height), width: whole(width), window, shift: Math.min(height, width) <= asked ? 0 : shift };
}

/** The shift of a layer's windows: half a window in every other layer. */
export function shiftOf(window: number, layer: number): number {
  return layer % 2 === 0 ? 0 : Math.floor(window / 2);
}
