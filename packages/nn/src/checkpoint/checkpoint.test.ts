import { initBackend } from "@qkv/backend";
import { expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import {
  CheckpointError,
  checkpointName,
  loadCheckpoint,
  readState,
  type StateDict,
  type StoredEntry,
  streamCheckpoint,
} from "./checkpoint.ts";
import { Linear } from "../linear.ts";
import type { Params } from "../params.ts";

beforeAll(() => initBackend("cpu"));

const NAMES = { "layers.*.weight": "model.block.*.kernel", "layers.*.bias": "model.block.*.offset" };
const build = (params: Params) => ({ params, linear: new Linear(params.at("layers", 11), 3, 2) });

function state(changes: Record<string, number[] | undefined> = {}): StateDict {
  const shapes = { "model.block.11.kernel": [2, 3], "model.block.11.offset": [2], ...changes };
  return new Map(
    Object.entries(shapes).flatMap(([name, shape]) => {
      if (shape === undefined) return [];
      const size = shape.reduce((product, dim) => product * dim, 1);
      return [[name, { shape, data: Float32Array.from({ length: size }, (_, i) => i + 1) }]];
    }),
  );
}

describe("checkpointName", () => {
  test("puts layer indices where the stars are", () => {
    expect(checkpointName({ "a.*.b.*.c": "x.*.y.*.z" }, "a.3.b.12.c")).toBe("x.3.y.12.z");
    expect(checkpointName({}, "a.3.b")).toBeUndefined();
  });
});

describe("loadCheckpoint", () => {
  test("gives the saved model back", async () => {
    const { params, linear } = loadCheckpoint(state(), NAMES, build);
    expect(await linear.bias?.data()).toEqual(Float32Array.of(1, 2));
    expect(await readState(params, NAMES)).toEqual(state());
    params.dispose();
  });

  test.each([
    [
      "a missing tensor",
      { "model.block.11.offset": undefined },
      /no tensor for layers.11.bias .*model.block.11.offset/,
    ],
    ["a tensor too much", { "model.extra": [1] }, /unused tensors: model.extra/],
    ["another shape", { "model.block.11.offset": [3] }, /model.block.11.offset: expected shape \[2\], got \[3\]/],
  ])("refuses %s and leaks nothing", (_, changes, message) =>
    expectNoLeaks(() => {
      expect(() => loadCheckpoint(state(changes), NAMES, build)).toThrow(CheckpointError);
      expect(() => loadCheckpoint(state(changes), NAMES, build)).toThrow(message);
    }),
  );

  test("takes what is listed as too much or too little", () => {
    const changed = state({ "model.extra": [1], "model.block.11.offset": undefined });
    const options = { ignore: ["model.extra"], optional: ["layers.11.bias"] };
    loadCheckpoint(changed, NAMES, build, options).params.dispose();
  });
});

describe("streamCheckpoint", () => {
  /** The arrays of `state`, and which were read. */
  function stored(changes?: Record<string, number[] | undefined>, fails?: string) {
    const read: string[] = [];
    const entries = [...state(changes)].map(([name, { shape, data }]): [string, StoredEntry] => {
      const readOne = () => {
        read.push(name);
        return name === fails ? Promise.reject(new Error("torn")) : Promise.resolve(data);
      };
      return [name, { shape, read: readOne }];
    });
    return { entries: new Map(entries), read };
  }

  test("reads each array once, the largest first", async () => {
    const { entries, read } = stored();
    const { params } = await streamCheckpoint(entries, NAMES, build);
    expect(read).toEqual(["model.block.11.kernel", "model.block.11.offset"]);
    expect(await readState(params, NAMES)).toEqual(state());
    params.dispose();
  });

  test("reads nothing of what does not fit, and leaks nothing", async () => {
    const { entries, read } = stored({ "model.block.11.offset": [3] });
    await expectNoLeaks(async () => {
      await expect(streamCheckpoint(entries, NAMES, build)).rejects.toThrow("expected shape [2], got [3]");
    });
    expect(read).toEqual([]);
  });

  test("reads nothing of a model with an array that is too large for the backend's kernels", async () => {
    const { entries, read } = stored();
    Object.defineProperty(tf.backend(), "maxTensorBytes", { value: 4, configurable: true });
    try {
      await expectNoLeaks(async () => {
        await expect(streamCheckpoint(entries, NAMES, build)).rejects.toThrow(
          /^model\.block\.11\.\w+: expected at most 4 bytes, as \w+ takes in one tensor here, got \d+ for \[[\d,]+\] in f32$/,
        );
      });
      expect(read).toEqual([]);
    } finally {
      Reflect.deleteProperty(tf.backend(), "maxTensorBytes");
    }
  });

  test("leaks nothing if reading fails, or is stopped", async () => {
    const torn = stored({}, "model.block.11.offset");
    const signal = AbortSignal.abort(new Error("enough"));
    await expectNoLeaks(async () => {
      await expect(streamCheckpoint(torn.entries, NAMES, build)).rejects.toThrow("torn");
      await expect(streamCheckpoint(stored().entries, NAMES, build, { signal })).rejects.toThrow("enough");
    });
  });
});
