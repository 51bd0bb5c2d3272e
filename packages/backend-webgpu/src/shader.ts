/** The text of a compute shader, and the key under which its compiled form is kept. */
export interface Shader {
  readonly key: string;
  readonly text: () => string;
}

/** Creates a shader whose text depends on its parameters alone: they and the name identify it. */
export function shader<Parameters extends readonly (string | number | boolean)[]>(
  name: string,
  text: (...parameters: Parameters) => string,
): (...parameters: Parameters) => Shader {
  return (...parameters) => ({ key: ["qkv", name, ...parameters].join(" "), text: () => text(...parameters) });
}
