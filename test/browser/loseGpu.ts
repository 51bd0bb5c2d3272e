// What takes the GPU away from a page's worker, as a driver that crashes does.
import type { Page, Worker } from "playwright-core";

declare global {
  var gpuDevices: GPUDevice[];
}

/** Keeps hold of the devices that the page's worker will ask for. Call it before the page is switched to WebGPU. */
export async function watchGpu(page: Page): Promise<Worker> {
  const [worker] = page.workers();
  if (worker === undefined) throw new Error("expected a page with a worker, got none");
  await worker.evaluate(() => {
    globalThis.gpuDevices = [];
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      const device = await request.call(this, descriptor);
      globalThis.gpuDevices.push(device);
      return device;
    };
  });
  return worker;
}

/** Takes the last device away. */
export function loseGpu(worker: Worker): Promise<void> {
  return worker.evaluate(() => globalThis.gpuDevices.at(-1)?.destroy());
}
