import { version } from "../package.json";

const STARTED = Symbol.for("@qkv/backend");

/**
 * Marks this version of QKV as the one that runs here. Two would share TensorFlow.js's engine and kernel registry, and
 * kernels of one version would get the calls of the other.
 *
 * @throws Error naming both and the cure, if another version runs, which is unaffected
 */
export function requireOneVersion(): void {
  const running = ((globalThis as { [STARTED]?: string })[STARTED] ??= version);
  if (running === version) return;
  throw new Error(
    `initBackend: expected one version of @qkv/backend, got ${version} beside ${running}, which runs already on the same ` +
      "engine; npm ls @qkv/backend says who brings which, and the same version for all, then npm dedupe, mends it",
  );
}
