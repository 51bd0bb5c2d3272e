// What the build for no bundler exports: this package, and what a page needs of others to use it.
export { initBackend, memoryReport } from "@qkv/backend";
export * from "@qkv/pretrained";
export { generate, generateStream } from "@qkv/transformer";
export { decodeImage } from "@qkv/vit";
