/** The part of `navigator.gpu` that is used here. */
export interface Gpu {
  /** The graphics card to use; null if there is none. */
  requestAdapter(options?: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}

/** What an adapter says of itself; older engines say less. */
export interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly isFallbackAdapter?: boolean;
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
  };
}
