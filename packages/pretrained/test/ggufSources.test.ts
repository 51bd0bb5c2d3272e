// Where a GGUF file can be: a folder, one of several, a hub, an address.
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import {
  blobFiles,
  loadPretrained,
  type LoadPretrainedOptions,
  memoryFiles,
  type ModelFiles,
  remoteFiles,
} from "@qkv/pretrained";
import { folderCache, modelFiles, modelFolder } from "@qkv/pretrained/node";
import { expectNoLeaks, startHub, startWeb } from "@qkv/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const bytes = new Uint8Array(readFileSync(new URL("golden/gguf/llama.gguf", import.meta.url)));
const names = ["mmproj-tiny-f16.gguf", "tiny-Q4_K_M.gguf", "tiny.Q8_0.gguf"];
const files = Object.fromEntries(names.map((name) => [name, bytes]));

beforeAll(() => initBackend("cpu"));

async function nameOf(source: ModelFiles | string, options: LoadPretrainedOptions = {}): Promise<string> {
  const { model, name, tokenizer } = await loadPretrained(source, options);
  expect(tokenizer?.encode("The").ids.length).toBeGreaterThan(0);
  model.dispose();
  return name;
}

describe("among several files", () => {
  const several = memoryFiles("dir", new Map(Object.entries(files)));

  test.each([
    ["tiny.Q8_0.gguf", "dir/tiny.Q8_0.gguf"],
    ["q8_0", "dir:q8_0"],
    ["Q4_K_M", "dir:Q4_K_M"],
  ])("the option file names one: %s", async (file, name) => {
    expect(await nameOf(several, { file })).toBe(name);
  });

  test.each([
    ["Q5_0", 'dir: expected one of its files, tiny-Q4_K_M.gguf, tiny.Q8_0.gguf, got "Q5_0"'],
    ["other.gguf", "dir/other.gguf: expected a file, got nothing"],
  ])("%s is none of them", async (file, message) => {
    await expect(nameOf(several, { file })).rejects.toThrow(message);
  });

  test("none is taken unasked", async () => {
    await expect(nameOf(several)).rejects.toThrow(
      "dir: expected the option file to name one of its GGUF files, tiny-Q4_K_M.gguf, tiny.Q8_0.gguf, got none",
    );
  });

  test("the only one is", async () => {
    expect(await nameOf(memoryFiles("dir", new Map([["a/tiny.gguf", bytes]])))).toBe("dir/a/tiny.gguf");
  });
});

describe("dropped in a page", () => {
  const file = (of: Uint8Array = bytes) => new File([of as BlobPart], "tiny.gguf");

  /** A file that notes what is read of it, and that cannot be read whole. */
  class WatchedFile extends File {
    readonly reads: number[] = [];
    override slice(start = 0, end = this.size): Blob {
      this.reads.push(Math.min(end, this.size) - start);
      return super.slice(start, end);
    }
    override arrayBuffer(): never {
      throw new Error("expected ranges, got a read of all bytes");
    }
  }

  test("a file is read range by range, and small ranges at once", async () => {
    const watched = new WatchedFile([bytes], "tiny.gguf");
    expect(await nameOf(blobFiles("dropped", [watched]))).toBe("dropped/tiny.gguf");
    expect(watched.reads.length).toBeLessThanOrEqual(4); // the file is smaller than what is read at once

    const large = new WatchedFile([Uint8Array.from({ length: 11_000_000 }, (_, i) => i % 251)], "large");
    const opened = await blobFiles("dropped", [large]).open?.("large");
    for (const [start, end] of [
      ...[
        [0, 3],
        [5, 900],
        [4_000_000, 4_194_300],
        [4_194_300, 4_194_310],
        [10_999_990, 11_000_000],
      ],
      ...[
        [1_000_000, 9_000_000],
        [4_194_302, 4_300_000],
        [2, 4],
      ],
    ] as const) {
      const range = await opened?.read(start as number, end as number);
      expect(range?.length).toBe((end as number) - (start as number));
      expect([range?.[0], range?.at(-1)]).toEqual([(start as number) % 251, ((end as number) - 1) % 251]);
    }
    expect(large.reads).toEqual([2 ** 22, 2 ** 22, 10, 8_000_000, 2 ** 22, 2 ** 22]);
  });

  test.each([
    ["of a list", [file()]],
    ["by names that are given", new Map([["a/tiny.gguf", new Blob([bytes])]])],
  ])("files %s", async (_, files) => {
    expect(await nameOf(blobFiles("dropped", files))).toMatch(/tiny\.gguf$/);
  });

  test("one that is cut off is refused by its name, and leaves nothing", async () => {
    await expectNoLeaks(async () => {
      await expect(nameOf(blobFiles("dropped", [file(bytes.subarray(0, bytes.length - 2000))]))).rejects.toThrow(
        "dropped/tiny.gguf: output.weight: expected 14314 bytes from byte",
      );
    });
  });

  test("a folder of Hugging Face's", async () => {
    const names = ["config.json", "model.safetensors", "tokenizer.json"];
    const folder = names.map(
      (name) => new File([readFileSync(new URL(`golden/float32/${name}`, import.meta.url))], name),
    );
    const { model, modelType } = await loadPretrained(blobFiles("picked", folder));
    expect(modelType).toBe("marian");
    model.dispose();
  });
});

describe("on disk, on a hub and at an address", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "qkv-gguf-"));
    await writeFile(join(folder, "tiny.gguf"), bytes);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a path, and a folder with one file", async () => {
    for (const path of [join(folder, "tiny.gguf"), folder]) {
      expect(await nameOf(modelFolder(path))).toBe(join(folder, "tiny.gguf"));
    }
    for (const open of [modelFolder, modelFiles]) {
      await expect(nameOf(open(join(folder, "other.gguf")))).rejects.toThrow(
        `${folder}/other.gguf: expected a file, got nothing`,
      );
    }
  });

  test.each([
    ["me/tiny-GGUF:Q8_0", {}, "me/tiny-GGUF:Q8_0"],
    ["me/tiny-GGUF/tiny.Q8_0.gguf", {}, "me/tiny-GGUF/tiny.Q8_0.gguf"],
    ["me/tiny-GGUF", { file: "Q4_K_M" }, "me/tiny-GGUF:Q4_K_M"],
  ])("%s with %j of a hub: that file alone is fetched", async (ref, options, name) => {
    const commit = "1".repeat(40);
    const hub = await startHub({ "me/tiny-GGUF": { commits: { [commit]: files }, revisions: { main: commit } } });
    try {
      const cache = folderCache(join(folder, `cache-${name.replace(/\W/g, "")}`));
      expect(await nameOf(ref, { endpoint: hub.endpoint, cache, ...options })).toBe(name);
      const fetched = hub.asked
        .filter(({ line }) => line.includes(".gguf"))
        .map(({ line }) => line.replace(/^.*\//, ""));
      expect(new Set(fetched).size).toBe(1);
    } finally {
      await hub.close();
    }
  });

  test("an address of the file", async () => {
    const web = await startWeb({ "tiny.gguf": bytes });
    try {
      expect(await nameOf(remoteFiles(`${web.endpoint}/models/tiny/tiny.gguf`))).toBe(
        `${web.endpoint}/models/tiny/tiny.gguf`,
      );
    } finally {
      await web.close();
    }
  });
});
