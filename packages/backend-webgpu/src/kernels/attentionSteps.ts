// The steps of the attention shader, in the names that attentionShader.ts declares.

/** The output of a pass: the result of attention, or one of its gradients. */
export type Pass = "y" | "dq" | "dk" | "dv";

/** Rows of one tensor times columns of another: `sums` has the four columns of each of this thread's rows. */
export function multiply(sums: string, rows: string, columns: string): string {
  return /* wgsl */ `
        var ${sums} = array<vec4<f32>, BLOCKS>(); // where nothing is said, SwiftShader zeroes it for the first tile only
        for (var chunk = 0; chunk < uniforms.vectors; chunk += 8) {
          for (var at = me; at < ROWS * 8; at += THREADS) {
            left[at / 8 * STEP + at % 8] = Quad(load_${rows}(head, mine.y + at / 8, chunk + at % 8));
          }
          for (var at = me; at < COLUMNS * 8; at += THREADS) {
            right[at / 8 * STEP + at % 8] = Quad(load_${columns}(head, tile + at / 8, chunk + at % 8));
          }
          workgroupBarrier();
          for (var d = 0; d < min(8, uniforms.vectors - chunk); d++) {
            let c0 = right[across * STEP + d];
            let c1 = right[(across + 8) * STEP + d];
            let c2 = right[(across + 16) * STEP + d];
            let c3 = right[(across + 24) * STEP + d];
            for (var b = 0; b < BLOCKS; b++) {
              let l = left[(down + 8 * b) * STEP + d];
              ${sums}[b] += vec4<f32>(Quad(dot(l, c0), dot(l, c1), dot(l, c2), dot(l, c3)));
            }
          }
          workgroupBarrier();
        }`;
}

/** The sums += the weights, which are in `left`, times the columns of `tensor`. */
export function accumulate(tensor: string): string {
  return /* wgsl */ `
        for (var chunk = 0; chunk < CHUNKS; chunk++) {
          for (var at = me; at < COLUMNS * 8; at += THREADS) {
            right[at / 8 * STEP + at % 8] = Quad(load_${tensor}(head, tile + at / 8, 8 * chunk + at % 8));
          }
          workgroupBarrier();
          for (var s = 0; s < 8; s++) {
            let r0 = right[s * STEP + across];
            let r1 = right[(s + 8) * STEP + across];
            let r2 = right[(s + 16) * STEP + across];
            let r3 = right[(s + 24) * STEP + across];
            for (var b = 0; b < BLOCKS; b++) {
              let w = left[(down + 8 * b) * STEP + s];
              sums[b][chunk] += vec4<f32>(w.x * r0 + w.y * r1 + w.z * r2 + w.w * r3);
            }
          }
          workgroupBarrier();
        }`;
}

/** The weight of a pair by the softmax, or, for dq and dk, the gradient of its score: p (dp - sum(p dp)) scale. */
export function weigh(pass: Pass, i: string, j: string): string {
  switch (pass) {
    case "y":
      return /* wgsl */ `
              let p = exp(scores[b][c] - tops[b]);
              masses[b] += p;
              weights[c] = p * kept(head, ${i}, ${j});`;
    case "dv":
      return `weights[c] = exp(scores[b][c] - saved[2 * (head * uniforms.queries + ${i})]) * kept(head, ${i}, ${j});`;
    default:
      return /* wgsl */ `
              let at = 2 * (head * uniforms.queries + ${i});
              let slope = slopes[b][c] * kept(head, ${i}, ${j}) - saved[at + 1];
              weights[c] = exp(scores[b][c] - saved[at]) * slope * uniforms.scale;`;
  }
}

/** State of the running softmax of each row. */
export const startRows = /* wgsl */ `
      var tops: array<f32, BLOCKS>; // the highest score of each row so far
      var masses: array<f32, BLOCKS>; // of its weights, those of this thread
      for (var b = 0; b < BLOCKS; b++) {
        tops[b] = HIDDEN;
      }`;

/** Rescales the sums so far when the highest score rises, since weights are relative to it. */
export const shrinkToHighest = /* wgsl */ `
        for (var b = 0; b < BLOCKS; b++) {
          let s = scores[b];
          shares[(down + 8 * b) * 8 + across] = max(max(s.x, s.y), max(s.z, s.w));
        }
        workgroupBarrier();
        for (var b = 0; b < BLOCKS; b++) {
          let before = tops[b];
          for (var s = 0; s < 8; s++) {
            tops[b] = max(tops[b], shares[(down + 8 * b) * 8 + s]);
          }
          let shrink = exp(before - tops[b]);
          masses[b] *= shrink;
          for (var chunk = 0; chunk < CHUNKS; chunk++) {
            sums[b][chunk] *= shrink;
          }
        }`;

/** Divides by the mass of a row, which its eight threads add up. A row with nothing visible stays zeros. */
export const finishRows = /* wgsl */ `
      for (var b = 0; b < BLOCKS; b++) {
        shares[(down + 8 * b) * 8 + across] = masses[b];
      }
      workgroupBarrier();
      for (var b = 0; b < BLOCKS; b++) {
        var mass = 0.0;
        for (var s = 0; s < 8; s++) {
          mass += shares[(down + 8 * b) * 8 + s];
        }
        let sawNothing = mass == 0.0;
        for (var chunk = 0; chunk < CHUNKS; chunk++) {
          sums[b][chunk] *= select(1.0 / mass, 0.0, sawNothing);
        }
        if (across == 0 && row + 8 * b < uniforms.queries) {
          logSumExp[head * uniforms.queries + row + 8 * b] = select(tops[b] + log(mass), 0.0, sawNothing);
        }
      }`;
