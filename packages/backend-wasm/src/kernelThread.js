// One thread of a ThreadPool: waits for jobs and does parts of them, for ever. It is plain JavaScript without imports,
// since pages start it as the file it is, and Node from its text.

/**
 * @param {object} start
 * @param {WebAssembly.Module} start.module the kernels
 * @param {WebAssembly.Memory} start.memory what they work on
 * @param {SharedArrayBuffer} start.control see JOB in threadPool.ts
 * @param {Record<string, number>} start.job JOB itself
 * @param {readonly string[]} start.names the kernels in the order of their numbers
 * @param {number} start.thread from 1; 0 is who starts the jobs
 * @param {string | undefined} start.native the addon of native kernels, where there is one
 * @param {number} start.spins how often to look for a job before sleeping
 */
function serve({ module, memory, control, job, names, thread, native, spins }) {
  const { step = () => undefined, ...own } = native === undefined ? {} : load(native, memory);
  const { exports } = new WebAssembly.Instance(module, { env: { memory, nativeStep: step } });
  const natives = { nativeProducts: own.products, nativePackedProducts: own.packedProducts };
  const all = { ...exports, ...natives, nativeActivate: own.activate, nativeAttention: own.attention };
  const kernels = names.map((name) => all[name]);
  const words = new Int32Array(control);
  const numbers = new Float64Array(control, job.numbers);
  let generation = 0;
  Atomics.add(words, job.ready, 1);
  Atomics.notify(words, job.ready);
  for (;;) {
    for (let looked = 0; Atomics.load(words, job.generation) === generation; looked++) {
      if (looked < spins) continue;
      Atomics.add(words, job.sleeping, 1);
      Atomics.wait(words, job.generation, generation);
      Atomics.sub(words, job.sleeping, 1);
      looked = 0;
    }
    generation = Atomics.load(words, job.generation);
    const kernel = kernels[words[job.kernel]];
    const [parts, units, grain] = [words[job.parts], words[job.units], words[job.grain]];
    const args = Array.from(numbers.subarray(0, words[job.count]));
    const scratch = numbers[job.scratch] + thread * numbers[job.scratchBytes];
    for (;;) {
      // The claim holds the job's generation above the next part: a thread that comes late takes nothing.
      const claim = Atomics.load(words, job.claim);
      const part = claim & 0xffff;
      if (claim >>> 16 !== (generation & 0xffff) || part >= parts) break;
      if (Atomics.compareExchange(words, job.claim, claim, claim + 1) !== claim) continue;
      try {
        kernel(...args, part * grain, Math.min(units, (part + 1) * grain), scratch);
      } catch {
        Atomics.store(words, job.failed, 1);
      }
      Atomics.add(words, job.finished, 1);
      Atomics.notify(words, job.finished);
    }
  }
}

/** The kernels of an addon on a memory. */
function load(path, { buffer }) {
  return process.getBuiltinModule("node:module").createRequire(path)(path).attach(new Uint8Array(buffer));
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node) serve(node.workerData);
else addEventListener("message", ({ data }) => serve(data), { once: true });
