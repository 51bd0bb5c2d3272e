import { initBackend } from "@qkv/backend";
import { countGpuWork, describeBackends, expectNoLeaks } from "@qkv/testing";
import { generate, generateStream } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";
import { shapes } from "./decoderShapes.ts";

// Counts are the same on every driver. docs/benchmarks.md has them beside those of the model's modules.

const device = () => (tf.backend() as unknown as { readonly device: GPUDevice }).device;

const [FIRST, LAST] = [4, 24]; // tokens between which work is counted, once everything is made

describeBackends(
  "work of a GPU for a token",
  () => {
    afterEach(async () => void (await initBackend("webgpu")));

    test("the same with keys and values in 8 bits", () =>
      expectNoLeaks(async () => {
        const shape = shapes.at(-1) as (typeof shapes)[number];
        const { model, source } = await shape.open();
        const counter = countGpuWork(device());
        const stream = generateStream(model, source, { maxNewTokens: 32, eosTokenId: [], cacheDtype: "q8" });
        for (let token = 1; token <= LAST; token++) {
          await stream.next();
          if (token === FIRST) counter.take();
        }
        counter.stop();
        const count = LAST - FIRST;
        const { submissions, dispatches, bindGroups, buffers, bytesRead } = counter.take();
        await stream.return({ ids: [], score: 0 });
        expect({ submissions, dispatches, bindGroups, buffers, bytesRead }).toEqual({
          ...{ submissions: count, dispatches: shape.dispatches * count, bytesRead: 16 * count },
          ...{ bindGroups: 0, buffers: 0 },
        });
        model.dispose();
      }));

    test.each(shapes)("$name: one submission, nothing made, a few bytes read", ({ open, dispatches }) =>
      expectNoLeaks(async () => {
        const { model, source } = await open();
        const counter = countGpuWork(device());
        const options = { maxNewTokens: 32, eosTokenId: [], forcedEosTokenId: null };
        const stream = generateStream(model, source, options);
        const tokens: number[] = [];
        for (let token = 1; token <= LAST; token++) {
          tokens.push((await stream.next()).value as number);
          if (token === FIRST) counter.take();
        }
        counter.stop();
        const count = LAST - FIRST;
        const { reads, bytesRead, bytesWritten, ...work } = counter.take();
        await stream.return({ ids: [], score: 0 });
        expect(work).toEqual({
          ...{ submissions: count, encoders: count, dispatches: dispatches * count },
          ...{ bindGroups: 0, pipelines: 0, buffers: 0, bufferBytes: 0 },
        });
        expect([reads / count, bytesRead / count, bytesWritten / count]).toEqual([1, 16, 16]);
        model.dispose();
        await initBackend("wasm"); // the same model, by other kernels
        const here = await open();
        const [[sequence] = []] = await generate(here.model, [here.source], options);
        here.model.dispose();
        expect(sequence?.ids.slice(-32, -32 + LAST)).toEqual(tokens);
      }),
    );
  },
  ["webgpu"],
);
