// Large arrays are read in parts, all into one piece of memory.
import { initBackend } from "@qkv/backend";
import { loadPretrained, type ModelFiles, pretrainedFiles } from "@qkv/pretrained";
import { Params } from "@qkv/nn";
import { gpt2, type Gpt2Model } from "@qkv/transformer";
import { afterEach, expect, test } from "vitest";

const PART = 2 ** 22;
const config = gpt2.parseConfig({
  model_type: "gpt2",
  n_embd: 32,
  n_layer: 1,
  n_head: 2,
  n_positions: 8,
  vocab_size: 70_000,
}); // 9 MB

const models: Gpt2Model[] = [];
afterEach(() => models.splice(0).forEach((model) => model.dispose()));

/** Files that are read in parts, and a list of what was read where. */
function openable(files: ReadonlyMap<string, Uint8Array>, honours: boolean) {
  const reads: { readonly length: number; readonly into: ArrayBufferLike | undefined }[] = [];
  const read = (bytes: Uint8Array, start: number, end: number, into?: Uint8Array) => {
    reads.push({ length: end - start, into: into?.buffer });
    const part = bytes.subarray(start, end);
    if (!honours || into === undefined) return Promise.resolve(part);
    into.set(part);
    return Promise.resolve(into);
  };
  const source: ModelFiles = {
    name: "made",
    read: (file) => Promise.resolve(files.get(file)),
    open: (file) => {
      const bytes = files.get(file);
      const opened = bytes && { size: bytes.length, read: read.bind(undefined, bytes), close: () => Promise.resolve() };
      return Promise.resolve(opened);
    },
  };
  return { source, reads };
}

test.each([
  ["wasm", "F16", true],
  ["wasm", "F32", true],
  ["wasm", "F16", false],
  ["cpu", "F16", true],
] as const)("on %s in %s, into the memory that is given: %s", async (backend, dtype, honours) => {
  await initBackend(backend);
  const model = gpt2.build(Params.initialized(3), config);
  models.push(model);
  const files = await pretrainedFiles({ model, dtype });
  const { source, reads } = openable(files, honours);
  const { model: again } = await loadPretrained(source, { families: [gpt2] });
  models.push(again);

  const [before, after] = [files, await pretrainedFiles({ model: again, dtype })].map((all) =>
    all.get("model.safetensors"),
  );
  expect(Buffer.compare(before ?? new Uint8Array(), after ?? new Uint8Array())).toBe(0);
  expect(Math.max(...reads.map(({ length }) => length))).toBe(PART);
  const places = new Set(reads.filter(({ length }) => length === PART).map(({ into }) => into));
  expect(places).not.toContain(undefined);
  expect(places.size).toBe(1);
});
