import type { BackendName } from "@qkv/backend";
import type { DownloadProgress } from "@qkv/pretrained";
import type { ModelSource } from "../model/modelSource.ts";
import type { BackendStatus, DeviceLossListener, ModelHost } from "./modelHost.ts";

/** What every page asks of its worker: about its model and its backend. */
export interface HostApi {
  status(): Promise<BackendStatus>;
  switchBackend(name?: BackendName): Promise<BackendStatus>;
  open(source: ModelSource, onProgress?: (progress: DownloadProgress) => void): Promise<BackendStatus>;
  cancel(): void;
  onDeviceLost(listener: DeviceLossListener): void;
}

/** The functions of a host, to hand to a page. */
export function hostApi(host: ModelHost<{ dispose(): void }>): HostApi {
  return {
    status: () => host.status(),
    switchBackend: (name) => host.switchBackend(name),
    open: (source, onProgress) => host.open(source, onProgress),
    cancel: () => host.cancel(),
    onDeviceLost: (listener) => host.onDeviceLost(listener),
  };
}
