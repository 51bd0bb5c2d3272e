/** The part of `navigator.gpu` that is used here. */
export interface Gpu {
  /** Requests a GPU adapter; null if there is none. */
  requestAdapter(options?: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}

/** A GPU adapter and its description, which is shorter in older engines. */
export interface Adapter {
  readonly features?: Pick<ReadonlySet<string>, "has">;
  readonly limits?: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly isFallbackAdapter?: boolean;
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
  };
}
