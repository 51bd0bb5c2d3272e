/** EXIF and XMP of an image file. */
export interface ImageMetadata {
  readonly exif?: Uint8Array | undefined;
  /** XMP, as text in which only ASCII counts. */
  readonly xmp?: string | undefined;
}
