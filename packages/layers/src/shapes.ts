import type { Shape } from "@tensorflow/tfjs-layers";

export type { Shape };

/** The shapes of one input, or of several, as a list. */
export function shapesOf(shapes: Shape | Shape[]): Shape[] {
  return (Array.isArray(shapes[0]) ? shapes : [shapes]) as Shape[];
}

/** E of a sequence [B, L, E]. @throws RangeError if it is no such shape, or E is unknown */
export function widthOf(who: string, shape: Shape): number {
  const width = shape.at(-1);
  if (shape.length === 3 && typeof width === "number") return width;
  throw new RangeError(`${who}: expected an input [B, L, E] with E known, got [${shape.map((size) => size ?? "?")}]`);
}
