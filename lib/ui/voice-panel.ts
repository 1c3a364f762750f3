import { type CSSResult, css, nothing, type PropertyDeclarations, type ReactiveController } from "lit";
import type { CallView } from "./call-view.ts";
import type { DetailOf, VoiceNotificationMap, VoiceRequestMap } from "./events.ts";
import type { MessageBook } from "./messages/message-book.ts";
import type { Messages } from "./messages/messages.ts";
import type { PanelMessages } from "./messages/panel-messages.ts";
import { buttons, theme } from "./styles.ts";
import { VoiceElement } from "./voice-element.ts";

/** What the inside of a panel may do with its element. */
export interface PanelTools<Host extends VoiceElement = VoiceElement> {
  readonly host: Host;
  readonly call: CallView | undefined;
  readonly words: Messages & PanelMessages;
  /** BCP 47 tag, for numbers and dates. */
  readonly locale: string;
  /** Renders again. */
  update(): void;
  notify<Type extends keyof VoiceNotificationMap>(type: Type, detail: DetailOf<Type>): void;
  /** False where a listener objected; then `act` was not run. Rejects with what `act` rejects with, after a `voice-error`. */
  ask<Type extends keyof VoiceRequestMap>(
    type: Type,
    detail: DetailOf<Type>,
    act: () => Promise<unknown>,
  ): Promise<boolean>;
}

/** The inside of a panel: what it shows and does. Connected and disconnected with its element, as any controller. */
export interface PanelInside extends ReactiveController {
  render(): unknown;
  /** A listed event of the call arrived; the render follows. */
  callEvent?(event: Event): void;
  /** Another call, or none, is shown from now on; the render follows. */
  callChanged?(call: CallView | undefined): void;
}

export interface PanelScript<Host extends VoiceElement = VoiceElement> {
  readonly styles: CSSResult;
  readonly panelBook: MessageBook<PanelMessages>;
  create(tools: PanelTools<Host>): PanelInside;
}

/**
 * An element whose inside is a script of its own, loaded when the first one is connected: pages that only make calls do not load it.
 * A script that cannot be had is a `voice-error`, and is asked for again when the element is connected again.
 */
export abstract class VoicePanel extends VoiceElement {
  static override properties: PropertyDeclarations = { ready: { state: true } };
  static override styles: CSSResult[] = [
    theme,
    buttons,
    css`
      :host {
        display: block;
      }
    `,
  ];

  /** The inside, once it is loaded. */
  declare protected ready: PanelInside | undefined;
  #book: MessageBook<PanelMessages> | undefined;
  #loading = false;

  protected abstract load(): Promise<PanelScript<this>>;

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.ready && !this.#loading) void this.#open();
  }

  protected override waitFor(): Promise<unknown> | undefined {
    const [words, more] = [super.waitFor(), this.#book?.load(this.locale)];
    return words && more ? Promise.all([words, more]) : (words ?? more);
  }

  protected override callEvent(event: Event): void {
    this.ready?.callEvent?.(event);
  }

  protected override callChanged(call: CallView | undefined): void {
    this.ready?.callChanged?.(call);
  }

  protected override render(): unknown {
    return this.ready?.render() ?? nothing;
  }

  async #open(): Promise<void> {
    this.#loading = true;
    await this.attempt(async () => {
      const { styles, panelBook, create } = await this.load();
      const inside = create(this.#tools());
      const sheet = styles.styleSheet;
      if (sheet && this.shadowRoot) this.shadowRoot.adoptedStyleSheets.push(sheet);
      await panelBook.load(this.locale); // an update that waits already would not wait for these words
      this.#book = panelBook;
      inside.callChanged?.(this.currentCall);
      this.addController(inside);
      this.ready = inside;
    });
    this.#loading = false;
  }

  #tools(): PanelTools<this> {
    const panel = this;
    return {
      host: this,
      get call() {
        return panel.currentCall;
      },
      get words() {
        return { ...panel.#book?.find(panel.locale), ...panel.table } as Messages & PanelMessages;
      },
      get locale() {
        return panel.locale;
      },
      update: () => this.requestUpdate(),
      notify: (type, detail) => this.notify(type, detail),
      ask: async (type, detail, act) => {
        if (!this.request(type, detail)) return false;
        try {
          await act();
          return true;
        } catch (error) {
          this.failed(error);
          throw error;
        }
      },
    };
  }
}
