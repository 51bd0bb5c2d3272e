/** Work that a program gave a GPU since the counts were last taken. */
export interface GpuWork {
  /** Calls of `queue.submit`. */
  readonly submissions: number;
  readonly encoders: number;
  readonly dispatches: number;
  readonly bindGroups: number;
  readonly pipelines: number;
  readonly buffers: number;
  /** Bytes of those buffers. */
  readonly bufferBytes: number;
  /** Times that a buffer was mapped to be read. */
  readonly reads: number;
  /** Bytes that were mapped to be read. */
  readonly bytesRead: number;
  /** Bytes of `queue.writeBuffer`. */
  readonly bytesWritten: number;
}

/** Counts of a device's work, while they are taken. */
export interface GpuWorkCounter {
  /** Gives what was counted so far, and begins again. */
  take(): GpuWork;
  /** Gives the device its own methods back. */
  stop(): void;
}

type Counts = { -readonly [Name in keyof GpuWork]: number };

/**
 * Counts what is given to a device from now on, whoever gives it: TensorFlow.js's kernels and others. Counts are the same on every
 * driver, where times of one in software mean nothing.
 */
export function countGpuWork(device: GPUDevice): GpuWorkCounter {
  let counts = none();
  const undo: (() => void)[] = [];
  const { queue } = device;
  undo.push(
    watch(queue, "submit", () => void counts.submissions++),
    watch(queue, "writeBuffer", (_, [, , data, , size]) => void (counts.bytesWritten += bytesOf(data, size))),
    watch(device, "createBindGroup", () => void counts.bindGroups++),
    watch(device, "createComputePipeline", () => void counts.pipelines++),
    watch(device, "createComputePipelineAsync", () => void counts.pipelines++),
    watch(device, "createBuffer", (_, [{ size }]) => {
      counts.buffers++;
      counts.bufferBytes += size;
    }),
    watchReads((bytes) => {
      counts.reads++;
      counts.bytesRead += bytes;
    }),
    watch(device, "createCommandEncoder", (encoder) => {
      counts.encoders++;
      watch(encoder, "beginComputePass", (pass) => {
        watch(pass, "dispatchWorkgroups", () => void counts.dispatches++);
      });
    }),
  );
  return {
    take() {
      const taken = counts;
      counts = none();
      return taken;
    },
    stop: () => undo.forEach((restore) => restore()),
  };
}

/** Calls `seen` with the bytes that are mapped to be read, of buffers that were there before too. @returns what undoes it */
function watchReads(seen: (bytes: number) => void): () => void {
  const prototype = GPUBuffer.prototype;
  const { mapAsync } = prototype;
  prototype.mapAsync = function (this: GPUBuffer, mode, offset = 0, size = this.size - offset) {
    if (mode === GPUMapMode.READ) seen(size);
    return mapAsync.call(this, mode, offset, size);
  };
  return () => void (prototype.mapAsync = mapAsync);
}

function none(): Counts {
  return {
    ...{ submissions: 0, encoders: 0, dispatches: 0, bindGroups: 0, pipelines: 0 },
    ...{ buffers: 0, bufferBytes: 0, reads: 0, bytesRead: 0, bytesWritten: 0 },
  };
}

function bytesOf(data: GPUAllowSharedBufferSource, elements: number | undefined): number {
  if (elements === undefined) return data.byteLength;
  return elements * ("BYTES_PER_ELEMENT" in data ? (data.BYTES_PER_ELEMENT as number) : 1);
}

/** Calls `seen` with the result and the arguments of each call of a method. @returns what undoes it */
function watch<Holder extends object, Name extends keyof Holder>(
  holder: Holder,
  name: Name,
  seen: Holder[Name] extends (...args: infer Args) => infer Result ? (result: Result, args: Args) => void : never,
): () => void {
  const method = holder[name] as (...args: unknown[]) => unknown;
  const watched = (...args: unknown[]) => {
    const result = method.apply(holder, args);
    (seen as (result: unknown, args: unknown[]) => void)(result, args);
    return result;
  };
  Object.defineProperty(holder, name, { value: watched, configurable: true, writable: true });
  return () => void delete holder[name];
}
