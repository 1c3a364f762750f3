import type { AudioError } from "../../../lib/audio/index.ts";
import type { VoiceError } from "../../../lib/call/voice-error.ts";
import type { registerMessages } from "../../../lib/ui/define.ts";
import type { FakeCall } from "./fake-call.ts";
import type { FakeTelephone } from "./fake-incoming.ts";

/** What the fixture page offers to `page.evaluate` callbacks. */
export interface ElementsFixture {
  readonly FakeCall: typeof FakeCall;
  readonly AudioError: typeof AudioError;
  readonly VoiceError: typeof VoiceError;
  readonly registerMessages: typeof registerMessages;
  /** The call shown by the element under test. */
  call: FakeCall;
  /** Whose calls `<voice-incoming>` shows. */
  readonly telephone: FakeTelephone;
  /** Calls made by `<voice-call>` itself, oldest first. */
  readonly made: FakeCall[];
  /** `voice-*` events that reached the document. */
  readonly events: { readonly type: string; readonly detail: unknown }[];
}

declare global {
  interface Window {
    ui: ElementsFixture;
  }
}
