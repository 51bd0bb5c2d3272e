// Stands where `./fashion.ts` does in Node. No images ship with the page: invented ones have to do.
export { type Images, inventedImages as readImages } from "@qkv/examples/tour/images";
