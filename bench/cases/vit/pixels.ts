/** [1, 3, 224, 224], the same for every engine. */
export function pixelValues(): Float32Array {
  return Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i * 0.37) + Math.cos(i * 0.0011));
}
