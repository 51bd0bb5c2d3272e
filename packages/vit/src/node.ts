/**
 * Functions for Node only: pixels from image files, as Pillow decodes them.
 *
 * @module
 */
export { decodeImage } from "./image/decodeImageInNode.ts";
