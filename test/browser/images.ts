import { decodeImage, toRgb } from "@qkv/vit";

/** What a page made of an image file. */
export interface SeenImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3], or why there are none. */
  readonly rgb: readonly number[] | string;
}

/** Decodes the files of a served folder. */
export async function seeImages(folder: string, names: readonly string[]): Promise<Record<string, SeenImage>> {
  const seen: Record<string, SeenImage> = {};
  for (const name of names) seen[name] = await see(await (await fetch(`${folder}/${name}`)).blob());
  return seen;
}

async function see(file: Blob): Promise<SeenImage> {
  try {
    const { data, width, height } = toRgb(await decodeImage(file));
    return { width, height, rgb: [...data] };
  } catch (error) {
    return { width: 0, height: 0, rgb: String(error) };
  }
}

/** What a page says of files that are no images. */
export async function refuseImages(): Promise<string[]> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const cut = new Uint8Array(await (await fetch("/images/rgb.png")).arrayBuffer()).slice(0, 200);
  const huge = cut.slice();
  new DataView(huge.buffer).setUint32(16, 20_000);
  new DataView(huge.buffer).setUint32(20, 20_000);
  const files = [bytes("a letter"), bytes("<svg><script>alert(1)</script></svg>"), cut, huge];
  return Promise.all(files.map((file) => decodeImage(file).then(() => "an image", String)));
}
