import { type Messages, useMessages } from "./language.ts";
import { Notice } from "./Notice.tsx";

const MESSAGES: Messages<{ stays: string }> = {
  en: { stays: "The previous one is still open." },
  ko: { stays: "이전 모델은 그대로 열려 있습니다." },
};

interface ModelNoticeProps {
  readonly error: unknown;
  /** Whether a model is open that stays so. */
  readonly isOpen: boolean;
  readonly onDismiss?: () => void;
}

/** Why a model could not be opened. */
export function ModelNotice({ error, isOpen, onDismiss }: ModelNoticeProps) {
  const { stays } = useMessages(MESSAGES);
  return (
    <Notice error={error} {...(onDismiss && { onDismiss })}>
      {isOpen && stays}
    </Notice>
  );
}
