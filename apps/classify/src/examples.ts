// Pictures to begin with: drawn here, so that they are nobody's and need no network.

/** A colour, or those of the top and of the bottom of the picture; and what it fills, as a path of SVG. */
type Shape = readonly [color: string | readonly [top: string, bottom: string], path: string];

const ALL = "M0 0H640V480H0z";

const SCENES = {
  ship: [
    [["#7fb2d9", "#f2f5f7"], ALL],
    [["#6fa3bd", "#17405c"], "M0 260H640V480H0z"],
    ["#23303c", "M90 250h470l-50 75H130z"],
    ["#8c2f2a", "M115 300h412l-17 25H130z"],
    ["#f4f1ea", "M180 205h270v45H180zM240 165h160v40H240z"],
    ["#b5452f", "M290 110h45l5 55h-55z"],
    ["#3d566b", "M200 220h14v13h-14zm40 0h14v13h-14zm40 0h14v13h-14zm40 0h14v13h-14zm40 0h14v13h-14zm40 0h14v13h-14z"],
  ],
  airplane: [
    [["#5d93c9", "#c4dcee"], ALL],
    ["#dfe5ea", "M320 212h50l-70-92h-30z"],
    ["#f2f4f6", "M110 225l360-20q60 5 75 23q-25 20-75 30l-320 4z"],
    ["#c9d1d9", "M300 235h70L250 370h-45z"],
    ["#b5452f", "M110 225h50l-30-85H90z"],
  ],
  shirt: [
    ["#000", ALL],
    [["#d8d8d8", "#a9a9a9"], "M230 40q90 45 180 0l110 55-40 115-60-25v255H220V185l-60 25-40-115z"],
    ["#8a8a8a", "M230 40q90 45 180 0l-10 22q-80 32-160 0z"],
  ],
  trousers: [
    ["#000", ALL],
    [["#c9c9c9", "#8f8f8f"], "M235 25h170l25 430h-80l-30-320-30 320h-80z"],
    ["#7a7a7a", "M235 25h170l2 26H233z"],
  ],
} as const satisfies Readonly<Record<string, readonly Shape[]>>;

/** What an example shows. */
export type ExampleName = keyof typeof SCENES;

/** The examples for a model, by its name: for clothing, or for anything. */
export function examplesFor(model: string): readonly ExampleName[] {
  return model === "fashion-mnist" ? ["shirt", "trousers"] : ["ship", "airplane"];
}

/** What an example's file is called. */
export const fileNameOf = (name: ExampleName) => `${name}.png`;

/** An example as a picture's file. */
export async function drawExample(name: ExampleName): Promise<File> {
  const canvas = new OffscreenCanvas(640, 480);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  for (const [color, path] of SCENES[name]) {
    context.fillStyle = typeof color === "string" ? color : fade(context, color);
    context.fill(new Path2D(path));
  }
  return new File([await canvas.convertToBlob({ type: "image/png" })], fileNameOf(name), { type: "image/png" });
}

function fade(context: OffscreenCanvasRenderingContext2D, [top, bottom]: readonly [string, string]): CanvasGradient {
  const gradient = context.createLinearGradient(0, 0, 0, 480);
  gradient.addColorStop(0, top);
  gradient.addColorStop(1, bottom);
  return gradient;
}
