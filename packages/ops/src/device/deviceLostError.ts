/** The device that held the tensors is gone or cannot be trusted any more; `initBackend` makes a new one. */
export class DeviceLostError extends Error {
  override readonly name = "DeviceLostError";
  /** `destroyed` and `unknown` are the device's own words; the others name the kind of work that it refused. */
  readonly reason: "destroyed" | "unknown" | "out-of-memory" | "validation" | "internal";

  constructor(reason: DeviceLostError["reason"], message: string) {
    super(`webgpu: the device is lost (${reason}): ${message}; expected initBackend again before more work`);
    this.reason = reason;
  }
}
