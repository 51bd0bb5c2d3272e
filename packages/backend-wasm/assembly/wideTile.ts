// The innermost loop of products where vectors have 256 bits.
import { fma } from "./simd";

/**
 * Two 6 x 8 tiles beside each other, from a packed panel of A and two of B, written to `out` one after the other.
 *
 * It is for engines that make one 256-bit vector of two neighbours: then the 12 sums, two columns of B and an element of
 * A are the 16 registers of x86. Where vectors have 128 bits, half of the sums go to memory and back in each step.
 */
export function wideTile(ap: usize, bp: usize, bq: usize, K: i32, out: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c12 = f32x4.splat(0);
  let c13 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c22 = f32x4.splat(0);
  let c23 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let c32 = f32x4.splat(0);
  let c33 = f32x4.splat(0);
  let c40 = f32x4.splat(0);
  let c41 = f32x4.splat(0);
  let c42 = f32x4.splat(0);
  let c43 = f32x4.splat(0);
  let c50 = f32x4.splat(0);
  let c51 = f32x4.splat(0);
  let c52 = f32x4.splat(0);
  let c53 = f32x4.splat(0);
  for (let k = K; k > 0; k--) {
    const b0 = v128.load(bp);
    const b1 = v128.load(bp, 16);
    const b2 = v128.load(bq);
    const b3 = v128.load(bq, 16);
    const a0 = v128.load32_splat(ap, 0);
    c00 = fma(a0, b0, c00);
    c01 = fma(a0, b1, c01);
    c02 = fma(a0, b2, c02);
    c03 = fma(a0, b3, c03);
    const a1 = v128.load32_splat(ap, 4);
    c10 = fma(a1, b0, c10);
    c11 = fma(a1, b1, c11);
    c12 = fma(a1, b2, c12);
    c13 = fma(a1, b3, c13);
    const a2 = v128.load32_splat(ap, 8);
    c20 = fma(a2, b0, c20);
    c21 = fma(a2, b1, c21);
    c22 = fma(a2, b2, c22);
    c23 = fma(a2, b3, c23);
    const a3 = v128.load32_splat(ap, 12);
    c30 = fma(a3, b0, c30);
    c31 = fma(a3, b1, c31);
    c32 = fma(a3, b2, c32);
    c33 = fma(a3, b3, c33);
    const a4 = v128.load32_splat(ap, 16);
    c40 = fma(a4, b0, c40);
    c41 = fma(a4, b1, c41);
    c42 = fma(a4, b2, c42);
    c43 = fma(a4, b3, c43);
    const a5 = v128.load32_splat(ap, 20);
    c50 = fma(a5, b0, c50);
    c51 = fma(a5, b1, c51);
    c52 = fma(a5, b2, c52);
    c53 = fma(a5, b3, c53);
    ap += 24;
    bp += 32;
    bq += 32;
  }
  v128.store(out, c00, 0);
  v128.store(out, c01, 16);
  v128.store(out, c10, 32);
  v128.store(out, c11, 48);
  v128.store(out, c20, 64);
  v128.store(out, c21, 80);
  v128.store(out, c30, 96);
  v128.store(out, c31, 112);
  v128.store(out, c40, 128);
  v128.store(out, c41, 144);
  v128.store(out, c50, 160);
  v128.store(out, c51, 176);
  v128.store(out, c02, 192);
  v128.store(out, c03, 208);
  v128.store(out, c12, 224);
  v128.store(out, c13, 240);
  v128.store(out, c22, 256);
  v128.store(out, c23, 272);
  v128.store(out, c32, 288);
  v128.store(out, c33, 304);
  v128.store(out, c42, 320);
  v128.store(out, c43, 336);
  v128.store(out, c52, 352);
  v128.store(out, c53, 368);
}
