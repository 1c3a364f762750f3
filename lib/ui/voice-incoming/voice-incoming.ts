import {
  type CSSResult,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  svg,
  type TemplateResult,
} from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Ringtone } from "../../call/ringtone.ts";
import { ClockController } from "../clock-controller.ts";
import { type DetailOf, type VoiceEventMap, voiceEvent } from "../events.ts";
import { callIcon, hangupIcon } from "../icons.ts";
import { incomingBook } from "../messages/incoming-book.ts";
import type { IncomingMessages } from "../messages/incoming-messages.ts";
import { localeOf } from "../messages/locale.ts";
import { fill } from "../messages/messages.ts";
import { buttons, theme } from "../styles.ts";
import { focusedElement, isTyping } from "./focus.ts";
import { type IncomingSource, type IncomingView, nameOf } from "./incoming-view.ts";
import { showNotice } from "./notice.ts";
import { styles } from "./voice-incoming.styles.ts";

/** While another call is on. */
const WAITING_VOLUME = 0.2;

const bell = svg`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15ZM10 20.500h4M12 3v2"/></svg>`;

interface Ring {
  /** Within this element; the call's own identifier comes from the caller. */
  readonly key: number;
  readonly incoming: IncomingView;
  /** How long it rings in all, as far as it was known when it began. */
  readonly wholeMs: number;
  readonly closeNotice: () => void;
}

/**
 * Shows who calls, and lets a person accept or reject it: an alert dialog that does not trap the focus and gives it back, an announcement, a ringtone
 * and, where the person has allowed it, a notification outside of the page. It shows nothing while nobody calls; keep it in the page all the time.
 *
 * It takes the focus unless the person is typing; no key press that was meant for something else accepts or rejects a call. Escape silences.
 *
 * @tag voice-incoming
 * @csspart dialog - One call that rings.
 * @csspart name - Who calls.
 * @csspart left - How long it rings.
 * @csspart blocked - What is shown while the browser holds the ringtone back.
 * @csspart button - A button; also `accept`, `decline`, `busy`, `silence` or `unblock`.
 * @cssprop --voice-incoming-width - Greatest width (default 25rem).
 * @cssprop --voice-accent - Border, bell and the accept button.
 * @cssprop --voice-danger - The decline button.
 * @cssprop --voice-surface - Background.
 * @fires voice-incoming - Somebody rings. `detail.incoming`
 * @fires voice-accept-request - A person accepts. Cancelable. `detail.incoming`
 * @fires voice-reject-request - A person rejects. Cancelable. `detail.incoming`, `detail.code`
 * @fires voice-accepted - A call was accepted here. `detail.incoming`, `detail.call`
 * @fires voice-incomingend - It does not ring any more. `detail.incoming`
 * @fires voice-error - It could not be accepted. `detail.error`
 */
export class VoiceIncoming extends LitElement {
  static override styles: CSSResult[] = [theme, buttons, styles];
  static override properties: PropertyDeclarations = {
    client: { attribute: false },
    messages: { attribute: false },
    speaker: { type: String },
    noRingtone: { type: Boolean, attribute: "no-ringtone" },
    notifications: { type: Boolean },
  };

  /** Whose calls ring: a `Client`. */
  declare client: IncomingSource | undefined;
  /** Words that replace those of the message table. */
  declare messages: Partial<IncomingMessages> | undefined;
  /** Loudspeaker that rings: `deviceId`, or "" for the system's default. */
  declare speaker: string;
  /** Rings without a sound. */
  declare noRingtone: boolean;
  /** Notifies outside of the page while that is not in front, once the person has allowed it (`allowNotifications`). */
  declare notifications: boolean;

  readonly #ringtone = new Ringtone(() => this.requestUpdate());
  #rings: readonly Ring[] = [];
  #lastKey = 0;
  #silenced = false;
  #announcement = "";
  /** Its dialog takes the focus with the next render. */
  #toFocus: IncomingView | undefined;
  /** Had the focus before the first one took it. */
  #before: HTMLElement | undefined;
  #following: AbortController | undefined;

  constructor() {
    super();
    this.speaker = "";
    this.noRingtone = false;
    this.notifications = false;
    new ClockController(this, () => this.#rings.length > 0);
  }

  /** Asks the person whether this site may notify them; call it from a click. Resolves with whether it may. */
  async allowNotifications(): Promise<boolean> {
    if (typeof Notification !== "function") return false;
    return (await Notification.requestPermission()) === "granted";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave();
  }

  protected override scheduleUpdate(): Promise<unknown> | undefined {
    const waiting = incomingBook.load(localeOf(this));
    if (!waiting) return super.scheduleUpdate() as undefined;
    return waiting.then(() => super.scheduleUpdate());
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("client") && this.isConnected) this.#follow();
    this.#sound(changed.has("speaker"));
  }

  protected override render(): TemplateResult {
    return html`
      <div class="unseen" role="alert">${this.#announcement}</div>
      <div class="calls">
        ${repeat(
          this.#rings,
          ({ key }) => key,
          (ring, index) => this.#dialog(ring, index === 0),
        )}
      </div>
    `;
  }

  protected override updated(): void {
    const taker = this.#toFocus;
    this.#toFocus = undefined;
    if (taker) this.#dialogOf(taker)?.focus();
    else if (this.#rings.length === 0 && this.#before) {
      const before = this.#before;
      this.#before = undefined;
      // A page that has moved the focus to the call meanwhile knows better.
      if (focusedElement() === undefined && before.isConnected) before.focus();
    }
  }

  #dialog({ key, incoming, wholeMs }: Ring, first: boolean): TemplateResult {
    const sound = first ? this.#ringtone.state : "silent";
    const words = this.#words;
    const leftMs = Math.max(0, incoming.answerBy - Date.now());
    const seconds = String(Math.ceil(leftMs / 1000));
    const button = (kind: string, look: string, label: unknown, act: () => void) =>
      html`<button part="button ${kind}" class=${look} type="button" @click=${act}>${label}</button>`;
    return html`<section
      part="dialog"
      class="dialog"
      role="alertdialog"
      tabindex="-1"
      id="call-${key}"
      aria-labelledby="kind-${key}"
      aria-describedby="name-${key}"
      @keydown=${this.#keyDown}
    >
      <div class="who">
        <span class="bell" aria-hidden="true">${bell}</span>
        <p class="kind" id="kind-${key}">${incoming.waiting ? words.incomingWaiting : words.incomingCall}</p>
        <p part="name" class="name" id="name-${key}"><bdi>${nameOf(incoming)}</bdi></p>
      </div>
      <div part="left" class="left">
        ${fill(words.incomingRingsFor, { seconds })}
        <progress aria-hidden="true" max=${wholeMs} .value=${Math.min(leftMs, wholeMs)}></progress>
      </div>
      ${
        sound === "blocked"
          ? html`<div part="blocked" class="blocked" role="status">
              <span>${words.incomingBlocked}</span>
              ${button("unblock", "", words.incomingUnblock, () => this.#ringtone.resume())}
            </div>`
          : nothing
      }
      <div class="actions">
        ${button("accept", "primary", html`${callIcon}${incoming.waiting ? words.incomingAcceptWaiting : words.incomingAccept}`, () => this.#accept(incoming))}
        ${button("decline", "danger", html`${hangupIcon}${words.incomingDecline}`, () => this.#reject(incoming, "declined"))}
        ${button("busy", "", words.incomingBusy, () => this.#reject(incoming, "busy"))}
        ${sound === "ringing" ? button("silence", "", words.incomingSilence, () => this.#silence()) : nothing}
      </div>
    </section>`;
  }

  get #words(): IncomingMessages {
    return { ...incomingBook.find(localeOf(this)), ...this.messages };
  }

  #dialogOf(incoming: IncomingView): HTMLElement | null {
    const key = this.#rings.find((ring) => ring.incoming === incoming)?.key;
    return this.renderRoot.querySelector<HTMLElement>(`#call-${key}`);
  }

  // ── calls that come and go

  #follow(): void {
    this.#leave();
    const following = new AbortController();
    this.#following = following;
    const { signal } = following;
    this.client?.addEventListener("incoming", ({ incoming }) => this.#begin(incoming, signal), { signal });
    for (const incoming of this.client?.incoming ?? []) {
      if (incoming.position === undefined) this.#begin(incoming, signal);
    }
  }

  #leave(): void {
    this.#following?.abort();
    this.#following = undefined;
    for (const { closeNotice } of this.#rings) closeNotice();
    this.#rings = [];
    this.#announcement = "";
    this.#ringtone.stop();
    this.requestUpdate();
  }

  #begin(incoming: IncomingView, signal: AbortSignal): void {
    if (incoming.ended || this.#rings.some((ring) => ring.incoming.id === incoming.id)) return;
    const focused = focusedElement();
    if (this.#rings.length === 0) this.#before = focused;
    if (!isTyping(focused) && !this.#hasFocus()) this.#toFocus = incoming;
    const words = this.#words;
    const name = nameOf(incoming);
    const closeNotice =
      this.notifications && !document.hasFocus()
        ? showNotice({
            title: words.incomingCall,
            body: name,
            tag: incoming.id,
            lang: localeOf(this),
            clicked: () => this.#dialogOf(incoming)?.focus(),
          })
        : () => {};
    this.#rings = [
      ...this.#rings,
      { key: ++this.#lastKey, incoming, wholeMs: Math.max(1, incoming.answerBy - Date.now()), closeNotice },
    ];
    this.#announcement = fill(words.incomingAnnounce, { name });
    this.#silenced = false;
    incoming.addEventListener("ended", () => this.#end(incoming), { signal });
    this.#dispatch("voice-incoming", { incoming });
    this.requestUpdate();
  }

  #end(incoming: IncomingView): void {
    const ring = this.#rings.find((one) => one.incoming === incoming);
    if (!ring) return;
    ring.closeNotice();
    const hadFocus = this.#hasFocus();
    this.#rings = this.#rings.filter((one) => one !== ring);
    const [next] = this.#rings;
    if (hadFocus && next) this.#toFocus = next.incoming;
    const missed = incoming.ended?.outcome === "missed";
    this.#announcement = missed ? fill(this.#words.incomingGone, { name: nameOf(incoming) }) : "";
    this.#dispatch("voice-incomingend", { incoming });
    this.requestUpdate();
  }

  #hasFocus(): boolean {
    return this.shadowRoot?.activeElement != null;
  }

  #sound(anotherSpeaker: boolean): void {
    const [first] = this.#rings;
    const rings = first !== undefined && !this.noRingtone && !this.#silenced;
    if (!rings || anotherSpeaker) this.#ringtone.stop();
    if (rings) this.#ringtone.start({ speaker: this.speaker, volume: first.incoming.waiting ? WAITING_VOLUME : 1 });
  }

  // ── what a person asks for

  #accept(incoming: IncomingView): void {
    if (!this.#dispatch("voice-accept-request", { incoming }, true)) return;
    try {
      const call = incoming.accept();
      this.#dispatch("voice-accepted", { incoming, call });
    } catch (error) {
      this.#dispatch("voice-error", { error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  #reject(incoming: IncomingView, code: string): void {
    if (this.#dispatch("voice-reject-request", { incoming, code }, true)) incoming.reject(code);
  }

  #silence(): void {
    this.#silenced = true;
    const focused = focusedElement();
    if (focused?.closest(".actions")) this.renderRoot.querySelector<HTMLElement>(".dialog")?.focus(); // its button goes
    this.requestUpdate();
  }

  readonly #keyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#silence();
    this.#before?.focus();
  };

  #dispatch<Type extends keyof VoiceEventMap>(type: Type, detail: DetailOf<Type>, cancelable = false): boolean {
    return this.dispatchEvent(voiceEvent(type, detail, { cancelable }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-incoming": VoiceIncoming;
  }
}
