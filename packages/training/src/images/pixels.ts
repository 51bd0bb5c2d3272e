/** The bytes of an image: rows from the top, in a row pixels from the left, in a pixel its channels. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 is red, green and blue, 4 has alpha too. */
  readonly channels: 1 | 3 | 4;
  /** [height, width, channels] */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** An image of the same size to write into. */
export function blankLike({ width, height, channels, data }: Pixels): Pixels & { readonly data: Uint8ClampedArray } {
  return { width, height, channels, data: new Uint8ClampedArray(data.length) };
}
