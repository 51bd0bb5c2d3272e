import type { Messages } from "@qkv/app-shell";
import type { KernelName } from "./compute.ts";

/** What both figures call things. */
export const KERNEL_MESSAGES: Messages<{
  kernel: string;
  kernels: Record<KernelName, string>;
  width: string;
  measured: string;
  truth: string;
  pooled: string;
}> = {
  en: {
    kernel: "Kernel",
    kernels: { gaussian: "Gaussian", boxcar: "Boxcar", epanechikov: "Epanechnikov", constant: "Constant" },
    width: "Width of the kernel",
    measured: "measured",
    truth: "truth",
    pooled: "pooled",
  },
  ko: {
    kernel: "커널",
    kernels: { gaussian: "가우시안", boxcar: "박스카", epanechikov: "예파네치니코프", constant: "상수" },
    width: "커널의 폭",
    measured: "측정값",
    truth: "참값",
    pooled: "모은 값",
  },
};

/** The kernels, in the order of the choice. */
export const KERNEL_NAMES: readonly KernelName[] = ["gaussian", "boxcar", "epanechikov", "constant"];
