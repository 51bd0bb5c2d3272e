import { initBackend, DeviceLostError } from "@qkv/backend";
import { describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";

/** The part of tfjs's backend that these tests use and break. */
interface Backend {
  readonly device: {
    destroy(): void;
    createBuffer(of: object): void;
    popErrorScope(): Promise<{ readonly message: string } | null>;
    readonly lost: Promise<unknown>;
    readonly limits: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
  };
}

const backend = () => tf.backend() as unknown as Backend;

/** A backend of its own for a test, and what its `onDeviceLost` was told. */
async function start(): Promise<DeviceLostError[]> {
  const told: DeviceLostError[] = [];
  tf.removeBackend("webgpu");
  const report = await initBackend("webgpu", { onDeviceLost: (error) => told.push(error) });
  expect(report).toEqual({ name: "webgpu", refused: [] });
  return told;
}

/** A tensor that is on the GPU and nowhere else. */
const onDevice = () => tf.tidy(() => tf.add(tf.ones([1001]), 1));

describeBackends(
  "a GPU that fails",
  () => {
    afterEach(async () => void (await initBackend("webgpu")));

    test("a lost device is told of, and its tensors throw instead of giving numbers", async () => {
      const told = await start();
      const [x, read] = [onDevice(), onDevice()];
      const before = await read.data();
      backend().device.destroy();
      await backend().device.lost;
      expect(told).toEqual([expect.objectContaining({ name: "DeviceLostError", reason: "destroyed" })]);
      await expect(x.data()).rejects.toThrow(DeviceLostError);
      expect(() => tf.tidy(() => tf.add(x, 1))).toThrow("webgpu: the device is lost (destroyed)");
      expect(await read.data()).toEqual(before); // had been read: these numbers are here
      tf.dispose([x, read]);
    });

    test("what is being read when the device goes throws too", async () => {
      const told = await start();
      const x = onDevice();
      const reading = x.data();
      backend().device.destroy();
      await expect(reading).rejects.toThrow(DeviceLostError);
      expect(told).toHaveLength(1);
      x.dispose();
    });

    test("after initBackend work goes on; what was lost stays lost", async () => {
      await start();
      const [lost, read] = [onDevice(), onDevice()];
      await read.data();
      const { device } = backend();
      device.destroy();
      await device.lost;
      expect(await initBackend("webgpu")).toEqual({ name: "webgpu", refused: [] });
      expect(backend().device).not.toBe(device);
      const y = tf.tidy(() => tf.sum(tf.add(tf.ones([1001]), read)));
      await expectClose(y, 3003);
      expect(() => tf.tidy(() => tf.add(lost, 1))).toThrow(DeviceLostError);
      tf.dispose([lost, read, y]);
    });

    test("work that the GPU refuses fails the read that follows, and every later one", async () => {
      const told = await start();
      const [x, before] = [onDevice(), onDevice()];
      backend().device.createBuffer({ size: 4, usage: 0 });
      await expect(x.data()).rejects.toThrow("webgpu: the device is lost (validation)");
      await expect(before.data()).rejects.toThrow(DeviceLostError);
      expect(told).toEqual([expect.objectContaining({ reason: "validation" })]);
      tf.dispose([x, before]);
    });

    test("a full memory is told of as such", async () => {
      const told = await start();
      const x = onDevice();
      const { device } = backend();
      const pop = device.popErrorScope;
      let popped = 0; // the scope of memory is the middle one of three
      device.popErrorScope = () => pop.call(device).then((error) => (++popped === 2 ? { message: "no more" } : error));
      await expect(x.data()).rejects.toThrow("webgpu: the device is lost (out-of-memory): no more");
      expect(told).toEqual([expect.objectContaining({ reason: "out-of-memory" })]);
      x.dispose();
    });

    test("a tensor that the adapter cannot hold is refused before it is made, and harms nothing", async () => {
      const told = await start();
      const { maxStorageBufferBindingSize, maxBufferSize } = backend().device.limits;
      const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
      const size = limit / 4 + 1;
      const message = `expected a tensor of at most ${limit} bytes on this adapter, got ${limit + 4} for float32 [${size}]`;
      expect(() => tf.tidy(() => tf.fill([size], 1))).toThrow(message);
      const x = onDevice();
      await expectClose(x, Array<number>(1001).fill(2));
      expect(told).toEqual([]);
      x.dispose();
    });

    test("a tensor disposed of while it is read harms nothing but that read", async () => {
      const told = await start();
      const [x, y] = [onDevice(), onDevice()];
      const reading = x.data();
      x.dispose();
      await expect(reading).rejects.toThrow(TypeError);
      await expectClose(y, Array<number>(1001).fill(2));
      expect(told).toEqual([]);
      y.dispose();
    });

    test("a backend that is removed is not lost, and its tensors throw all the same", async () => {
      const told = await start();
      const x = onDevice();
      tf.removeBackend("webgpu");
      await initBackend("webgpu");
      await expect(x.data()).rejects.toThrow("webgpu: the device is lost (destroyed): the backend was removed");
      expect(told).toEqual([]);
      x.dispose();
    });

    test("a read without waiting is refused where it could not be right", async () => {
      const x = onDevice();
      expect(() => x.dataSync()).toThrow("webgpu: expected await tensor.data(), got a read without waiting");
      await expectClose(x, Array<number>(1001).fill(2));
      x.dispose();
    });
  },
  ["webgpu"],
);
