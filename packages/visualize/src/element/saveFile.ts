import { make } from "./controls.ts";

/** Saves a file as a download. */
export function saveFile(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // after the browser has begun to read it
}

/** Renders an SVG document to a PNG, `scale` times its size. */
export async function pngOf(svg: string, scale = 2): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = make("canvas", { width: image.width * scale, height: image.height * scale });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (blob === null)
      throw new Error(`pngOf: expected a picture, got ${canvas.width} x ${canvas.height} that cannot be drawn`);
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}
