import type { BackendName } from "@qkv/backend";
import type { ComponentChildren } from "preact";
import type { BackendStatus } from "../worker/modelHost.ts";
import { Choice } from "./Choice.tsx";
import { formatBytes, formatCount } from "./format.ts";
import { type Messages, useMessages } from "./language.ts";

const NAMES: Readonly<Record<BackendName, string>> = { webgpu: "WebGPU", wasm: "WebAssembly", cpu: "JavaScript" };

const MESSAGES: Messages<{
  title: string;
  starting: string;
  choose: string;
  threads: (count: number) => string;
  simd: Record<"wide" | "relaxed" | "plain", string>;
  refused: (name: string) => string;
  oneThread: string;
  tensors: string;
  bytes: string;
  reserved: string;
}> = {
  en: {
    title: "Computing",
    starting: "starting …",
    choose: "Compute with",
    threads: (count) => (count === 1 ? "1 thread" : `${formatCount(count)} threads`),
    simd: { wide: "wide SIMD", relaxed: "relaxed SIMD", plain: "SIMD" },
    refused: (name) => `Not with ${name}:`,
    oneThread: "Only one thread, so it is slower:",
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
  const { report, memory } = status ?? {};
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
      {memory && (
        <dl class="figures">
          {children}
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
