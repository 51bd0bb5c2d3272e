import { initBackend } from "@qkv/backend";
import { expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../randomStream.ts";
import { Pass } from "./pass.ts";
import { leadsInto, matchesPath } from "./pathPattern.ts";
import { Recorder } from "./recorder.ts";

beforeAll(() => initBackend("cpu"));

/** Two layers, each of an activation and an output. */
function run(x: tf.Tensor, pass: Pass): tf.Tensor {
  return tf.tidy(() =>
    [0, 1].reduce((y, i) => {
      const inside = pass.at("layers", i);
      return inside.output(tf.add(inside.tap("hidden", tf.mul(y, 2)), 1));
    }, x),
  );
}

describe("Pass", () => {
  test("hands activations to the taps by their paths, and goes on with what they give", () =>
    expectNoLeaks(() => {
      using seen = new Recorder(["**"], { "layers.0.hidden": (x) => tf.mul(x, 10) });
      const [x, y] = tf.tidy(() => {
        const x = tf.scalar(1);
        return [x, run(x, new Pass({ taps: seen }))];
      });
      expect(seen.paths).toEqual(["layers.0.hidden", "layers.0", "layers.1.hidden", "layers.1"]);
      expect(seen.paths.map((path) => seen.get(path).dataSync()[0])).toEqual([20, 21, 42, 43]);
      tf.dispose([x, y]);
    }));

  test("costs nothing where nobody listens", () => {
    expect(Pass.plain.at("layers", 3)).toBe(Pass.plain);
    const random = new Pass({ random: new RandomStream(1) });
    expect(random.at("layers", 3)).toBe(random);
    expect([Pass.plain.mayFuse, random.mayFuse]).toEqual([true, false]);
  });

  test("may fuse a module whose output is wanted, not one with a tap inside", () => {
    const fuses = (pattern: string, ...at: (string | number)[]) =>
      new Pass({ taps: new Recorder([pattern]) }).at(...at).mayFuse;
    expect(fuses("layers.*", "layers", 0)).toBe(true);
    expect(fuses("layers.0.ffn", "layers", 0)).toBe(false);
    expect(fuses("layers.0.ffn", "layers", 1)).toBe(true);
    expect(fuses("layers.0.ffn.hidden", "layers", 0, "selfAttn")).toBe(true);
    expect(fuses("**.hidden", "layers", 1)).toBe(false);
    expect(fuses("layers.0")).toBe(false);
  });

  test("refuses a patch of another shape", () =>
    expectNoLeaks(() =>
      tf.tidy(() => {
        const taps = new Recorder([], { "layers.*.hidden": () => tf.zeros([2]) });
        expect(() => run(tf.scalar(1), new Pass({ taps }))).toThrow(
          "layers.0.hidden: expected a tensor [] in its place, got [2]",
        );
      }),
    ));
});

describe("Recorder", () => {
  test("keeps each of several values, and says what there is", () =>
    expectNoLeaks(() => {
      const seen = new Recorder(["layers.1"]);
      tf.tidy(() => {
        const pass = new Pass({ taps: seen });
        expect(() => seen.get("layers.1")).toThrow("expected one value of layers.1, got none; recorded: nothing");
        run(tf.scalar(1), pass);
        expect(seen.get("layers.1").dataSync()[0]).toBe(7);
        expect(() => seen.get("layers.0")).toThrow("got none; recorded: layers.1");
        run(tf.scalar(2), pass);
        expect(() => seen.get("layers.1")).toThrow("got 2: see all");
        expect(seen.all("layers.1").map((x) => x.dataSync()[0])).toEqual([7, 11]);
        seen.clear();
        expect(seen.paths).toEqual([]);
      });
      seen.dispose();
    }));

  test("gradients flow through it", () =>
    tf.tidy(() => {
      const seen = new Recorder(["**"], { "layers.1.hidden": (x) => tf.square(x) });
      const gradient = tf.grad((x) => run(x, new Pass({ taps: seen })))(tf.scalar(1)); // d/dx (2 (2x + 1))² + 1
      expect(gradient.dataSync()[0]).toBe(48);
      seen.dispose();
    }));

  test.each([["a..b"], [""], [3], [undefined]])("refuses %j as a path", (pattern) => {
    expect(() => new Recorder([pattern as string])).toThrow("expected a path such as layers.*.selfAttn, got");
  });
});

test.each([
  ["a", "a"],
  ["a.*", "a.b"],
  ["*.b", "a.b"],
  ["**", "a a.b a.b.c b.c"],
  ["**.c", "a.b.c b.c"],
  ["a.**", "a.b a.b.c"],
  ["a.*.c", "a.b.c"],
])("%s stands for %s", (pattern, paths) => {
  expect(["a", "a.b", "a.b.c", "b.c"].filter((path) => matchesPath(pattern, path)).join(" ")).toBe(paths);
});

test.each([
  ["a", "model"],
  ["a.b", "model a"],
  ["*.b.c", "model a a.b"],
  ["**", "model a a.b"],
  ["**.c", "model a a.b"],
  ["a.**", "model a a.b"],
  ["c.*", "model"],
])("%s may be inside %s", (pattern, modules) => {
  const inside = (module: string) => leadsInto(pattern, module === "model" ? "" : module);
  expect(["model", "a", "a.b"].filter(inside).join(" ")).toBe(modules);
});
