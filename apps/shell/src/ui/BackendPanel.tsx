import type { BackendName, MachineReport, Suggestion } from "@qkv/backend";
import type { ComponentChildren } from "preact";
import type { BackendStatus } from "../worker/modelHost.ts";
import { Choice } from "./Choice.tsx";
import { formatBytes, formatCount } from "./format.ts";
import { type Messages, useMessages } from "./language.ts";

const NAMES: Readonly<Record<BackendName, string>> = { webgpu: "WebGPU", wasm: "WebAssembly", cpu: "JavaScript" };

interface PanelMessages {
  title: string;
  starting: string;
  choose: string;
  threads: (count: number) => string;
  simd: Record<"wide" | "relaxed" | "plain", string>;
  refused: (name: string) => string;
  oneThread: string;
  wrongKernel: string;
  machine: string;
  cores: (count: number) => string;
  hardware: (isSoftware: boolean) => string;
  faster: string;
  suggestions: Readonly<Partial<Record<Suggestion, string>>>;
  tensors: string;
  bytes: string;
  reserved: string;
}

const MESSAGES: Messages<PanelMessages> = {
  en: {
    title: "Computing",
    starting: "starting …",
    choose: "Compute with",
    threads: (count) => (count === 1 ? "1 thread" : `${formatCount(count)} threads`),
    simd: { wide: "wide SIMD", relaxed: "relaxed SIMD", plain: "SIMD" },
    refused: (name) => `Not with ${name}:`,
    oneThread: "Only one thread, so it is slower:",
    wrongKernel: "Failed its self-test, so something slower takes its place:",
    machine: "This machine",
    cores: (count) => (count === 1 ? "1 core" : `${formatCount(count)} cores`),
    hardware: (isSoftware) => (isSoftware ? "software" : "hardware"),
    faster: "Faster:",
    suggestions: {
      isolate: "serve the page with the headers of cross-origin isolation, for threads",
      hardwareGpu: "a graphics driver for the hardware; this one computes in software",
    },
    tensors: "Tensors",
    bytes: "Their size",
    reserved: "Memory taken",
  },
  ko: {
    title: "계산 방식",
    starting: "시작하는 중 …",
    choose: "계산에 사용할 방식",
    threads: (count) => `스레드 ${formatCount(count)}개`,
    simd: { wide: "wide SIMD", relaxed: "relaxed SIMD", plain: "SIMD" },
    refused: (name) => `${name}을(를) 쓰지 않는 이유:`,
    oneThread: "스레드를 하나만 쓰므로 더 느립니다:",
    wrongKernel: "자체 검사를 통과하지 못해 더 느린 방법으로 대신합니다:",
    machine: "이 기기",
    cores: (count) => `코어 ${formatCount(count)}개`,
    hardware: (isSoftware) => (isSoftware ? "소프트웨어" : "하드웨어"),
    faster: "더 빠르게 하려면:",
    suggestions: {
      isolate: "교차 출처 격리 헤더와 함께 페이지를 제공하면 스레드를 쓸 수 있습니다",
      hardwareGpu: "하드웨어용 그래픽 드라이버를 설치하세요. 지금 드라이버는 소프트웨어로 계산합니다",
    },
    tensors: "텐서",
    bytes: "텐서 크기",
    reserved: "차지한 메모리",
  },
};

interface BackendPanelProps {
  /** Left out until a backend is started. */
  readonly status: BackendStatus | undefined;
  readonly onSwitch: (name: BackendName) => void;
  readonly busy?: boolean;
  /** The backend that is being started in the place of this one. */
  readonly switchingTo?: BackendName | undefined;
  /** The page's own figures: `<div><dt>…</dt><dd>…</dd></div>`. */
  readonly children?: ComponentChildren;
}

/** Which backend computes and how, why others do not, what is alive on it, and the switch to another. */
export function BackendPanel({ status, onSwitch, busy = false, switchingTo, children }: BackendPanelProps) {
  const messages = useMessages(MESSAGES);
  const { report, memory, machine } = status ?? {};
  const how = report && [
    NAMES[report.name as BackendName] ?? report.name,
    ...(report.threads === undefined ? [] : [messages.threads(report.threads)]),
    ...(report.simd === undefined ? [] : [messages.simd[report.simd]]),
  ];
  return (
    <details class="panel backend-panel">
      <summary>
        <span>{messages.title}</span>
        <span class="quiet">{how?.join(" · ") ?? messages.starting}</span>
      </summary>
      <Choice
        label={messages.choose}
        options={(Object.keys(NAMES) as BackendName[]).map((value) => ({ value, label: NAMES[value] }))}
        value={switchingTo ?? (report?.name as BackendName | undefined)}
        onChoose={onSwitch}
        disabled={busy || switchingTo !== undefined || report === undefined}
      />
      {report?.refused.map(({ name, reason }) => (
        <p key={name} class="small quiet">
          {messages.refused(NAMES[name])} <span lang="en">{reason}</span>
        </p>
      ))}
      {report?.threadsFallbackReason !== undefined && (
        <p class="small quiet">
          {messages.oneThread} <span lang="en">{report.threadsFallbackReason}</span>
        </p>
      )}
      {report?.kernelFallbackReason !== undefined && (
        <p class="small quiet">
          {messages.wrongKernel} <span lang="en">{report.kernelFallbackReason}</span>
        </p>
      )}
      {machine?.suggestions.map((suggestion) => {
        const advice = messages.suggestions[suggestion];
        return (
          advice !== undefined && (
            <p key={suggestion} class="small quiet">
              {messages.faster} {advice}
            </p>
          )
        );
      })}
      {memory && (
        <dl class="figures">
          {children}
          {machine && (
            <div>
              <dt>{messages.machine}</dt>
              <dd data-testid="machine">{machineText(machine, messages)}</dd>
            </div>
          )}
          <div>
            <dt>{messages.tensors}</dt>
            <dd data-testid="tensors">{formatCount(memory.tensors)}</dd>
          </div>
          <div>
            <dt>{messages.bytes}</dt>
            <dd>{formatBytes(memory.bytes)}</dd>
          </div>
          {memory.reservedBytes !== undefined && (
            <div>
              <dt>{messages.reserved}</dt>
              <dd>{formatBytes(memory.reservedBytes)}</dd>
            </div>
          )}
        </dl>
      )}
    </details>
  );
}

/** Cores, memory and GPU, as far as the browser says. */
function machineText({ cores, memoryBytes, gpu }: MachineReport, messages: PanelMessages): string {
  const parts = [
    cores === undefined ? undefined : messages.cores(cores),
    memoryBytes === undefined ? undefined : formatBytes(memoryBytes),
    gpu && `${gpu.name} (${messages.hardware(gpu.isSoftware)})`,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}
