import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { Call } from "../../call/call.ts";
import type { CallEnd, CallWarning } from "../../call/call-events.ts";
import type { CallOptions } from "../../call/call-options.ts";
import { VoiceError } from "../../call/voice-error.ts";
import { type CallScope, callScope } from "../call-scope.ts";
import { type CallEventType, type CallPhase, type CallView, phaseOf } from "../call-view.ts";
import { ContextProvider } from "../context.ts";
import { foldIcon } from "../icons.ts";
import { localeOf } from "../messages/locale.ts";
import { PermissionController } from "../permission-controller.ts";
import { buttons, theme } from "../styles.ts";
import { VoiceElement } from "../voice-element.ts";
import { callBar } from "./call-bar.ts";
import { CallOwner } from "./call-owner.ts";
import { type Drawer, Folds } from "./folds.ts";
import { forward, forwardedEvents } from "./forward.ts";
import { callOptions } from "./options.ts";
import { connectingStages, endReport, permissionHint, warningList } from "./screens.ts";
import { card } from "./voice-call.styles.ts";

/** Failures after which another microphone may help. */
const anotherDevice: readonly string[] = ["media-constraints", "media-failed", "media-in-use", "media-no-device"];

/**
 * A whole voice call in one element: start button, permission explanation, connecting stages, call bar, level meters,
 * captions, keypad, timer, and an end screen that says who ended the call, or what went wrong and what to do.
 * The other elements find their call through it: inside it, or anywhere with `for="its id"`.
 *
 * Removing it ends the call it made; moving it does not. Closing the page is the call's own business.
 *
 * @tag voice-call
 * @slot title - The heading (default: `label`).
 * @slot - What to say before the call starts.
 * @slot permission - Replaces the explanation of the microphone question.
 * @slot controls - More buttons for the call bar.
 * @slot footer - Below everything, always.
 * @csspart card - The frame.
 * @csspart header - Heading and status.
 * @csspart title - The heading.
 * @csspart status - The `<voice-status>`.
 * @csspart fold - The button that unfolds the floating layout.
 * @csspart intro - What is shown before the call.
 * @csspart permission - The explanation of the microphone question.
 * @csspart stages - The list of connecting stages.
 * @csspart stage - One stage; also `done`, `current` or `next`.
 * @csspart warnings - The list of warnings.
 * @csspart warning - One warning.
 * @csspart resume - The button of a warning that one action fixes.
 * @csspart levels - The two meters.
 * @csspart captions - The `<voice-captions>`.
 * @csspart dialpad - The `<voice-dialpad>`.
 * @csspart devices - The `<voice-devices>`.
 * @csspart quality - The `<voice-quality>`.
 * @csspart end - The end screen.
 * @csspart headline - Who ended the call, or what went wrong.
 * @csspart detail - Why, or what to do.
 * @csspart remedy - A link that may help, after some failures.
 * @csspart code - The error's code.
 * @csspart bar - The call bar.
 * @csspart toggle - The buttons of the bar that show keypad, devices and captions.
 * @csspart call-button - The start button.
 * @csspart mute-button - The mute button.
 * @csspart hangup-button - The hang-up button.
 * @csspart state - The state, in the status.
 * @csspart timer - The timer, in the status.
 * @csspart line - One line of the captions; `partial` while it grows.
 * @csspart speaker - Who says it, in the captions.
 * @csspart key - One key of the keypad.
 * @csspart digits - The digits sent so far.
 * @csspart field - A label with what belongs to it, in the devices.
 * @csspart select - A list of devices.
 * @csspart problem - What went wrong with a device.
 * @cssprop --voice-call-width - Greatest width (default 25rem).
 * @cssprop --voice-float-distance - From the corner of the window, in the floating layout (default 1rem).
 * @cssprop --voice-surface - Background.
 * @cssprop --voice-raised - Background of buttons.
 * @cssprop --voice-text - Text.
 * @cssprop --voice-soft-text - Less important text.
 * @cssprop --voice-line - Borders.
 * @cssprop --voice-accent - The start button and what is under way.
 * @cssprop --voice-on-accent - Text on the accent.
 * @cssprop --voice-danger - The hang-up button and failures.
 * @cssprop --voice-on-danger - Text on the danger colour.
 * @cssprop --voice-good - Connected, and the meters.
 * @cssprop --voice-notice - Background of warnings.
 * @cssprop --voice-on-notice - Text of warnings.
 * @cssprop --voice-focus - The focus ring.
 * @cssprop --voice-radius - Corners.
 * @cssprop --voice-shadow - Shadow of the frame.
 * @cssprop --voice-font - Font family.
 * @fires voice-call-request - A person asks for a call. Cancelable.
 * @fires voice-hangup-request - A person asks to end the call. Cancelable.
 * @fires voice-mute-request - A person asks to mute or unmute. Cancelable.
 * @fires voice-dtmf-request - A person pressed a key. Cancelable.
 * @fires voice-microphone-request - A person chose a microphone. Cancelable.
 * @fires voice-speaker-request - A person chose a loudspeaker. Cancelable.
 * @fires voice-processing-request - A person switched the processing of the microphone. Cancelable.
 * @fires voice-statechange - The call changed its state. `detail.state`, `detail.previous`
 * @fires voice-mutechange - `detail.muted`
 * @fires voice-caption - A line of the transcript is new or has grown. `detail.caption`
 * @fires voice-toolcall - The agent calls a tool. `detail.tool`
 * @fires voice-dtmf - A digit was sent. `detail.digit`
 * @fires voice-interrupted - Sound not yet played was taken back. `detail.removedBytes`, `detail.heardMs`
 * @fires voice-speech - The application heard somebody start to speak. `detail.origin`
 * @fires voice-variables - The application set call variables. `detail.changed`
 * @fires voice-recording-request - The application wants to record the call. Cancelable: `preventDefault()` refuses. `detail.tags`
 * @fires voice-recording - A recording started, or finished with `detail.blob`. `detail.id`, `detail.tags`
 * @fires voice-warning - `detail.warning`
 * @fires voice-warningclear - `detail.code`
 * @fires voice-ended - The call has ended; once per call. `detail.end`
 * @fires voice-error - Something a person asked for failed. `detail.error`
 */
export class VoiceCall extends VoiceElement {
  static override readonly callEvents: readonly CallEventType[] = forwardedEvents;
  static override styles = [theme, buttons, card];
  static override properties: PropertyDeclarations = {
    src: { type: String },
    token: { type: String },
    application: { type: String },
    from: { type: String },
    to: { type: String },
    codecs: { type: String },
    profiles: { type: String },
    resume: { type: Boolean },
    label: { type: String },
    theme: { type: String, reflect: true },
    layout: { type: String, reflect: true },
    noCaptions: { type: Boolean, attribute: "no-captions" },
    noKeypad: { type: Boolean, attribute: "no-keypad" },
    noDevices: { type: Boolean, attribute: "no-devices" },
    noQuality: { type: Boolean, attribute: "no-quality" },
    noSystem: { type: Boolean, attribute: "no-system" },
    titleHint: { type: Boolean, attribute: "title-hint" },
    iconHint: { type: String, attribute: "icon-hint" },
    workletUrl: { type: String, attribute: "worklet-url" },
    workerUrl: { type: String, attribute: "worker-url" },
    wasmUrl: { type: String, attribute: "wasm-url" },
    options: { attribute: false },
    createCall: { attribute: false },
  };

  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: Lit collects the attributes of the class the getter is called on.
    return [...super.observedAttributes, "lang"];
  }

  /** Address of the application: `wss:`, `ws:`, or relative to the page. */
  declare src: string | undefined;
  /** Credential, sent as the subprotocol `bearer.<base64url>`. */
  declare token: string | undefined;
  declare application: string | undefined;
  declare from: string | undefined;
  declare to: string | undefined;
  /** Codecs to offer, best first, separated by spaces: `L16/16000 PCMU`. */
  declare codecs: string | undefined;
  /** Profiles to offer, separated by spaces: `rtvbp.webrtc.v1 rtvbp.v1`. Empty: none, for servers that know no subprotocols. */
  declare profiles: string | undefined;
  /** A call of this element survives the reload of its page: it takes it up again (in Chromium a click brings the sound back). */
  declare resume: boolean;
  /** Name of the call: the heading, and what assistive technology calls the element. */
  declare label: string | undefined;
  /** `light`, `dark`, `auto` (follows the system); unset: the page's `color-scheme`. */
  declare theme: "light" | "dark" | "auto" | undefined;
  /** `card`; `compact`: one low row, icons without labels; `floating`: in the corner of the window, folded until it is wanted. */
  declare layout: "card" | "compact" | "floating" | undefined;
  /** Leaves out the captions and their button. */
  declare noCaptions: boolean;
  /** Leaves out the keypad and its button. */
  declare noKeypad: boolean;
  /** Leaves out the choice of devices and its button. */
  declare noDevices: boolean;
  /** Leaves out how good the call sounds. */
  declare noQuality: boolean;
  /** No mute and hang-up by media keys, no screen that stays on during a call that this element made. */
  declare noSystem: boolean;
  /** Marks the title of the page while such a call is on. */
  declare titleHint: boolean;
  /** Address of the icon that the page has while the call is on. */
  declare iconHint: string | undefined;
  /** Address of `worklet.js`, where a strict content security policy forbids the inlined one. */
  declare workletUrl: string | undefined;
  /** Address of `worker.js`, likewise. */
  declare workerUrl: string | undefined;
  /** Address of `core.wasm`, likewise. */
  declare wasmUrl: string | undefined;
  /** Everything else a call can be given; the attributes win. */
  declare options: CallOptions | undefined;
  /** Makes the call; replace it to bring a call of your own. */
  declare createCall: (options: CallOptions) => CallView;

  readonly #owner = new CallOwner(this);
  readonly #permission = new PermissionController(this);
  readonly #scope = new ContextProvider<CallScope>(this, callScope, this.#scopeNow());
  /** A call that could not even be made. */
  #failure: CallEnd | undefined;
  readonly #folds = new Folds();
  #phaseChanged = false;
  #focusWithin = false;
  /** Kept once they were shown. */
  #devicesShown = false;
  #qualityShown = false;

  constructor() {
    super();
    this.noCaptions = false;
    this.noKeypad = false;
    this.noDevices = false;
    this.noQuality = false;
    this.noSystem = false;
    this.titleHint = false;
    this.resume = false;
    this.createCall = (options) => new Call(options);
  }

  /** Starts a call and resolves when it is connected. Does nothing while one is under way; makes a new one after the last has ended. */
  start(): Promise<void> {
    return this.#start(() => this.createCall(this.#options));
  }

  get #options(): CallOptions {
    return { ...callOptions(this, this.options), ...(this.resume && { resume: "reload" }) };
  }

  async #start(create: () => CallView): Promise<void> {
    this.#failure = undefined;
    try {
      await this.#owner.start(this.call, create, (call) => this.#show(call));
    } catch (error) {
      if (this.call?.ended === undefined) this.#fail(VoiceError.from(error));
      throw error;
    }
  }

  /** Ends the call, if there is one. */
  async hangUp(reason?: string): Promise<void> {
    await this.call?.hangUp(reason);
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === "lang") this.requestUpdate();
  }

  protected override callEvent(event: Event): void {
    forward(event, this);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("call")) this.#owner.shows(this.call);
    if (changed.has("resume") && this.resume) this.#takeUp();
    this.#shareScope();
    this.#focusWithin = this.shadowRoot?.activeElement != null;
  }

  /** Runs once the call to show is known, and before it is rendered. */
  protected override update(changed: PropertyValues): void {
    this.#phaseChanged = this.#folds.enter(this.#phase);
    super.update(changed);
  }

  protected override render(): TemplateResult {
    const call = this.currentCall;
    const phase = this.#phase;
    const folds = this.#folds;
    const table = this.table;
    const end = this.#failure ?? call?.ended;
    const live = phase === "live";
    const underWay = live || phase === "starting";
    const choosing = phase === "over" && !this.noDevices && anotherDevice.includes(end?.error?.code ?? "");
    this.#qualityShown ||= live && !this.noQuality;
    this.#devicesShown ||= choosing || folds.drawer === "devices";
    const captions = !this.noCaptions && (live || phase === "over") && (call?.captions.length ?? 0) > 0;
    const title = this.label ?? table.title;
    const floating = this.layout === "floating";
    const folded = floating && folds.folded;
    const iconsOnly = folded || this.layout === "compact";
    return html`
      <section part="card" class="card ${end?.error ? "failed" : phase} ${folded ? "folded" : ""}" tabindex="-1" aria-label=${title} @keydown=${this.#keyDown}>
        <header part="header">
          <span part="title" class="title"><slot name="title">${title}</slot></span>
          <voice-status part="status" exportparts="state, timer" ?hidden=${this.#failure !== undefined || (folded && !underWay)}></voice-status>
          <button
            part="fold"
            class="fold icon-only"
            type="button"
            aria-expanded=${!folded}
            aria-label=${title}
            ?hidden=${!floating}
            @click=${this.#fold}
          >
            ${foldIcon}
          </button>
        </header>
        <div part="intro" class="intro" ?hidden=${phase !== "idle"}>
          <slot></slot>
          ${permissionHint(this.#permission.state, phase === "idle" && this.options?.microphone !== false, table)}
        </div>
        <div class="starting" ?hidden=${phase !== "starting"}>${connectingStages(call?.state ?? "idle", table)}</div>
        <p part="permission" class="alert" ?hidden=${call?.state !== "initiating" || this.#permission.state !== "prompt"}>
          ${table.permissionWaiting}
        </p>
        ${warningList(underWay ? (call?.warnings ?? []) : [], table, this.#resume)}
        <div part="levels" class="levels" ?hidden=${!live}>
          <span aria-hidden="true">${table.caller}</span><voice-level source="input"></voice-level>
          <span aria-hidden="true">${table.agent}</span><voice-level source="output"></voice-level>
        </div>
        <div part="end" class="end" role=${this.#failure ? "alert" : nothing} ?hidden=${phase !== "over"}>
          ${endReport(end, table, this.#permission.state)}
        </div>
        ${
          this.#qualityShown
            ? html`<voice-quality part="quality" foldable ?hidden=${(!live && phase !== "over") || this.noQuality}></voice-quality>`
            : nothing
        }
        <voice-captions part="captions" exportparts="line, partial, speaker" ?hidden=${!captions || !folds.captions}></voice-captions>
        <voice-dialpad id="dialpad" part="dialpad" exportparts="key, digits" ?hidden=${!live || folds.drawer !== "dialpad" || this.noKeypad}></voice-dialpad>
        <div id="devices" ?hidden=${!choosing && (!live || folds.drawer !== "devices" || this.noDevices)}>
          ${
            this.#devicesShown
              ? html`<voice-devices part="devices" exportparts="field, select, problem" ?no-processing=${choosing} ?no-speaker=${choosing}></voice-devices>`
              : nothing
          }
        </div>
        ${callBar({
          table,
          folds,
          live,
          hidden: !underWay,
          iconsOnly,
          offers: {
            dialpad: !this.noKeypad && !folded,
            devices: !this.noDevices && !folded,
            captions: !this.noCaptions,
          },
          openDrawer: this.#openDrawer,
          toggleCaptions: this.#toggleCaptions,
        })}
        <div class="begin" ?hidden=${underWay}>
          <voice-call-button exportparts="button:call-button">${end?.error ? table.tryAgain : nothing}</voice-call-button>
        </div>
        <slot name="footer"></slot>
      </section>
    `;
  }

  protected override updated(): void {
    if (!this.#phaseChanged || !this.#focusWithin) return;
    const phase = this.#phase;
    // What had the focus may just have been hidden. The frame itself cannot be pressed by accident.
    if (phase === "starting") this.#find("section")?.focus();
    else if (phase === "over") this.#find("voice-call-button")?.focus();
  }

  get #phase(): CallPhase {
    return this.#failure !== undefined ? "over" : phaseOf(this.currentCall);
  }

  #scopeNow(): CallScope {
    return { call: this.call, messages: this.table, locale: localeOf(this), start: () => this.start() };
  }

  #shareScope(): void {
    const { call, messages } = this.#scope.value;
    const next = this.#scopeNow();
    if (next.call !== call || next.messages !== messages) this.#scope.value = next;
  }

  /** This element and every part listen to the new call before anything happens to it. */
  #show(call: CallView): void {
    this.call = call;
    this.followNow();
    this.#shareScope();
    if (!this.noSystem) this.attempt(() => this.#joinSystem(call));
  }

  async #joinSystem(call: CallView): Promise<void> {
    const { joinSystem } = await import("../../call/system.ts");
    if (call.ended === undefined)
      joinSystem(call, {
        title: this.label ?? this.text("title"),
        titleHint: this.titleHint,
        ...(this.iconHint && { iconHint: this.iconHint }),
      });
  }

  /** Of the page before. */
  #takeUp(): void {
    const call = this.call ? undefined : Call.resume(this.#options);
    if (call) this.attempt(() => this.#start(() => call));
  }

  #fail(error: VoiceError): void {
    this.#failure = { reason: error.code, by: "error", error };
    this.requestUpdate();
  }

  #find(selector: string): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(selector);
  }

  readonly #resume = (warning: CallWarning): void => {
    void this.attempt(() => warning.resume?.());
  };

  readonly #toggleCaptions = (): void => {
    this.#folds.captions = !this.#folds.captions;
    this.requestUpdate();
  };

  readonly #openDrawer = async (drawer: Drawer): Promise<void> => {
    this.#folds.toggleDrawer(drawer);
    this.requestUpdate();
    await this.updateComplete;
    if (this.#folds.drawer === "dialpad") this.#find("voice-dialpad")?.focus();
  };

  readonly #fold = (): void => {
    this.#folds.toggle();
    this.requestUpdate();
  };

  readonly #keyDown = (event: KeyboardEvent): void => {
    const { drawer } = this.#folds;
    if (event.key !== "Escape" || drawer === undefined) return;
    event.stopPropagation();
    this.#folds.drawer = undefined;
    this.requestUpdate();
    this.#find(`#show-${drawer}`)?.focus();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-call": VoiceCall;
  }
}
