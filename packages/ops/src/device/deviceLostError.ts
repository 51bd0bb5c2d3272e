/** The error of a lost device, whose tensors are gone or cannot be trusted; `initBackend` makes a new one. */
export class DeviceLostError extends Error {
  override readonly name = "DeviceLostError";
  /**
   * Reason of the loss: `destroyed` and `unknown` are WebGPU's terms; the others name the kind of work that was
   * refused.
   */
  readonly reason: "destroyed" | "unknown" | "out-of-memory" | "validation" | "internal";

  constructor(reason: DeviceLostError["reason"], message: string) {
    super(`webgpu: the device is lost (${reason}): ${message}; expected initBackend again before more work`);
    this.reason = reason;
  }
}
