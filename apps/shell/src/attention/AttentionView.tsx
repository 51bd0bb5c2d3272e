import {
  type Ablated,
  AttentionElement,
  type AttentionMessages,
  defineAttentionElement,
  type HeadRef,
} from "@qkv/visualize/element";
import type { AttentionRecord } from "@qkv/visualize";
import { useEffect, useRef } from "preact/hooks";

defineAttentionElement();

interface AttentionViewProps {
  readonly record: AttentionRecord | undefined;
  readonly messages: AttentionMessages;
  /** How many of the greatest weights of each row are drawn at first; left out, all. */
  readonly top?: number;
  /** The head to show, until a person chooses another; left out, the mean of all at first. */
  readonly head?: HeadRef | undefined;
  /** What is switched off; left out, nothing can be. */
  readonly ablated?: Ablated;
  readonly onHead?: (head: HeadRef) => void;
  readonly onToken?: (place: number) => void;
}

/** Where heads looked, to look at from all sides: `<qkv-attention>`. */
export function AttentionView({ record, messages, top, head, ablated, onHead, onToken }: AttentionViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<AttentionElement>(null);
  const listeners = useRef({ onHead, onToken });
  listeners.current = { onHead, onToken };
  useEffect(() => {
    const element = new AttentionElement();
    element.addEventListener("headtoggle", (event) => listeners.current.onHead?.((event as CustomEvent).detail));
    element.addEventListener("tokentoggle", (event) => listeners.current.onToken?.((event as CustomEvent).detail));
    if (top !== undefined) element.choice = { ...element.choice, top };
    host.current?.append(element);
    view.current = element;
    return () => element.remove();
  }, []);
  useEffect(() => {
    if (view.current) Object.assign(view.current, { record, ablated, messages });
  }, [record, ablated, messages]);
  useEffect(() => {
    if (view.current && head)
      view.current.choice = { ...view.current.choice, ...head, view: "lines", stage: "weights" };
  }, [head]);
  return <div ref={host} />;
}
