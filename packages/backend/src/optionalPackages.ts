// Optional peers. Each import() is directly inside a try: so bundlers only warn about a missing package.

/** @throws Error saying how to get the package, if it does not load */
export async function importWasm() {
  try {
    return await import("@qkv/backend-wasm");
  } catch (error) {
    throw notLoaded("@qkv/backend-wasm", error);
  }
}

/** @throws Error saying how to get the package, if it does not load */
export async function importWebgpu() {
  try {
    return await import("@qkv/backend-webgpu");
  } catch (error) {
    throw notLoaded("@qkv/backend-webgpu", error);
  }
}

/** @throws Error saying how to get the package, if it does not load */
export async function importCpu() {
  try {
    return await import("@tensorflow/tfjs-backend-cpu");
  } catch (error) {
    throw notLoaded("@tensorflow/tfjs-backend-cpu", error);
  }
}

function notLoaded(name: string, cause: unknown): Error {
  const [reason] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  return new Error(`${name} did not load (${reason}); to install it: npm install ${name}`, { cause });
}
