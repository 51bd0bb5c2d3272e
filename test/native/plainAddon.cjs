// What the addon of @qkv/backend-native exports, in plain JavaScript, but for packed weights: for tests on machines without a
// compiler. It sees the heap as large as it was at first.

/** How many parts were computed by this thread, and how many of them of steps of programs. */
exports.parts = 0;
exports.stepParts = 0;

exports.attach = ({ buffer }) => {
  const floats = new Float32Array(buffer);
  const at = (address) => (address >>> 0) / 4;
  function products(a, b, c, stepA, stepB, M, N, K, ras, cas, rbs, cbs, bias, mode, blockRows, blockColumns, from, to) {
    exports.parts += to - from;
    const across = Math.ceil(N / blockColumns);
    const blocks = across * Math.ceil(M / blockRows);
    for (let part = from; part < to; part++) {
      const batch = Math.floor(part / blocks);
      const m0 = Math.floor((part % blocks) / across) * blockRows;
      const n0 = ((part % blocks) % across) * blockColumns;
      for (let m = m0; m < Math.min(M, m0 + blockRows); m++) {
        for (let n = n0; n < Math.min(N, n0 + blockColumns); n++) {
          const [x, y] = [at(a) + batch * stepA + m * ras, at(b) + batch * stepB + n * cbs];
          const to = at(c) + batch * M * N + m * N + n;
          let sum = mode & 1 ? floats[to] : 0;
          for (let k = 0; k < K; k++) sum += floats[x + k * cas] * floats[y + k * rbs];
          if (bias !== 0) sum += floats[at(bias) + n];
          floats[to] = mode & 2 ? Math.max(0, sum) : sum;
        }
      }
    }
  }
  const step = (kernel, address, from, to, scratch) => {
    if (kernel !== 0) throw new RangeError(`expected the number of a kernel, got ${kernel}`);
    exports.stepParts += to - from;
    products(...new Float64Array(buffer, address >>> 0, 16), from, to, scratch);
  };
  return { instructions: "none", products, step };
};
