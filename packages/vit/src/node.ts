export { decodeImage } from "./image/decodeImageInNode.ts";
