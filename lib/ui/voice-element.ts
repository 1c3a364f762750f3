import { LitElement, type PropertyDeclarations } from "lit";
import { CallController } from "./call-controller.ts";
import type { CallScope } from "./call-scope.ts";
import type { CallEventType, CallView } from "./call-view.ts";
import { type DetailOf, type VoiceNotificationMap, type VoiceRequestMap, voiceEvent } from "./events.ts";
import { localeOf } from "./messages/locale.ts";
import {
  fill,
  type MessageChanges,
  type MessageKey,
  type Messages,
  mergeMessages,
  messagesFor,
  messagesReady,
} from "./messages/messages.ts";

/**
 * What every part has in common: it finds its call, renders from the call's state, asks by cancelable events and takes
 * its words from the message table.
 */
export abstract class VoiceElement extends LitElement {
  static override properties: PropertyDeclarations = {
    call: { attribute: false },
    for: { type: String },
    messages: { attribute: false },
  };

  /** Events of the call after which the element renders again. */
  static readonly callEvents: readonly CallEventType[] = ["statechange", "ended"];

  /** The call to show. Unset: the call of the element named by `for`, else of the nearest `<voice-call>` around. */
  declare call: CallView | undefined;
  /** Id of the `<voice-call>` this element belongs to, when it is not inside one. */
  declare for: string | undefined;
  /** Words that replace those of the message table. */
  declare messages: MessageChanges | undefined;

  readonly #controller = new CallController(this, {
    events: (this.constructor as typeof VoiceElement).callEvents,
    onEvent: (event) => this.callEvent(event),
    onCall: (call) => this.callChanged(call),
  });

  /** The call this element shows now, wherever it came from. */
  protected get currentCall(): CallView | undefined {
    return this.#controller.call;
  }

  /** Listens to a call set a moment ago without waiting for the next render. */
  protected followNow(): void {
    this.#controller.hostUpdate();
  }

  protected get scope(): CallScope | undefined {
    return this.#controller.scope;
  }

  /** The language to speak: that of the call's element, else that of the page around this one. */
  protected get locale(): string {
    return this.scope?.locale ?? localeOf(this);
  }

  protected get table(): Messages {
    return mergeMessages(this.scope?.messages ?? messagesFor(localeOf(this)), this.messages);
  }

  /** What a render has to wait for: the words of its language, where they are not loaded yet. */
  protected waitFor(): Promise<unknown> | undefined {
    return messagesReady(this.locale);
  }

  protected override scheduleUpdate(): Promise<unknown> | undefined {
    const waiting = this.waitFor();
    if (!waiting) return super.scheduleUpdate() as undefined;
    return waiting.then(() => super.scheduleUpdate());
  }

  protected text(key: MessageKey, values?: Readonly<Record<string, string>>): string {
    return fill(this.table[key], values);
  }

  /** A listed event of the call arrived; the render follows. */
  protected callEvent(_event: Event): void {}

  /** Another call, or none, is shown from now on; the render follows. */
  protected callChanged(_call: CallView | undefined): void {}

  protected notify<Type extends keyof VoiceNotificationMap>(type: Type, detail: DetailOf<Type>): void {
    this.dispatchEvent(voiceEvent(type, detail, {}));
  }

  /** Announces what a person asked for; false where a listener objects. */
  protected request<Type extends keyof VoiceRequestMap>(type: Type, detail: DetailOf<Type>): boolean {
    return this.dispatchEvent(voiceEvent(type, detail, { cancelable: true }));
  }

  /** Announces what a person asked for and, unless a listener objects, does it; a failure becomes a `voice-error`. */
  protected ask<Type extends keyof VoiceRequestMap>(
    type: Type,
    detail: DetailOf<Type>,
    act: () => Promise<void> | undefined,
  ): void {
    if (this.request(type, detail)) void this.attempt(act);
  }

  /** Does something that may fail, now or later; a failure becomes a `voice-error`. */
  protected async attempt(act: () => Promise<void> | undefined): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Tells of a failure; giving up is none. */
  protected failed(error: unknown): void {
    if ((error as { code?: unknown } | undefined)?.code === "call-cancelled") return;
    this.notify("voice-error", { error: error instanceof Error ? error : new Error(String(error)) });
  }
}
