import { css, html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { type AudioDevice, type DeviceManager, type MicrophoneSettings, pageDevices } from "../../call/devices.ts";
import { playTestSound } from "../../call/preview.ts";
import { isTalking } from "../call-view.ts";
import { describeProblem, isProblem, type Problem } from "../describe.ts";
import { fill } from "../messages/messages.ts";
import type { PanelInside, PanelTools } from "../voice-panel.ts";
import { PreviewController } from "./preview-controller.ts";
import type { VoiceDevices } from "./voice-devices.ts";

export { panelBook } from "../messages/panel-book.ts";

export const styles = css`
  .panel {
    display: grid;
    gap: 1rem;
  }
  .field {
    display: grid;
    gap: 0.375rem;
  }
  label,
  legend {
    padding: 0;
    font-size: 0.875rem;
    font-weight: 600;
  }
  select {
    inline-size: 100%;
    min-block-size: 44px;
    padding: 0.5em 0.75em;
    border: 1px solid var(--_soft);
    border-radius: 0.75rem;
    background: var(--_raised);
    color: var(--_text);
    font: inherit;
    text-overflow: ellipsis;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
    align-items: center;
  }
  .row > voice-level,
  .row > input {
    flex: 1 1 6rem;
  }
  button {
    font-size: 0.875rem;
  }
  input {
    min-block-size: 44px;
    margin: 0;
    accent-color: var(--_accent);
  }
  fieldset {
    display: grid;
    margin: 0;
    padding: 0;
    border: 0;
  }
  .check {
    display: flex;
    gap: 0.75rem;
    align-items: center;
    min-block-size: 44px;
    font-weight: 400;
  }
  .check input {
    flex: none;
    inline-size: 1.25rem;
    block-size: 1.25rem;
    min-block-size: 0;
  }
  p {
    margin: 0;
    font-size: 0.875rem;
  }
  .hint {
    color: var(--_soft);
  }
  .problem {
    padding: 0.625rem 0.75rem;
    border-radius: calc(var(--_radius) * 0.75);
    background: var(--_notice);
    color: var(--_on-notice);
  }
`;

const processing = ["echoCancellation", "noiseSuppression", "autoGainControl"] as const;
const percent = 100;

export function create(tools: PanelTools<VoiceDevices>): PanelInside {
  return new DevicesPanel(tools);
}

class DevicesPanel implements PanelInside {
  readonly #tools: PanelTools<VoiceDevices>;
  readonly #preview: PreviewController;
  #devices: DeviceManager | undefined;
  #problem: Problem | undefined;
  #playing = false;

  constructor(tools: PanelTools<VoiceDevices>) {
    this.#tools = tools;
    this.#preview = new PreviewController(
      tools.host,
      () => this.#devices ?? pageDevices(),
      () => tools.update(),
    );
  }

  hostConnected(): void {
    this.#follow();
  }

  hostDisconnected(): void {
    this.#devices?.removeEventListener("change", this.#changed);
    this.#devices = undefined;
  }

  callChanged(): void {
    this.#follow();
  }

  callEvent(): void {
    // The call's own microphone shows from here on.
    if (isTalking(this.#tools.call)) this.#preview.stop();
  }

  render(): TemplateResult {
    const { words, host } = this.#tools;
    const devices = this.#devices ?? pageDevices();
    return html`<div class="panel" role="group" aria-label=${words.devices}>
      ${devices.named ? nothing : this.#unnamed()} ${this.#microphone(devices)}
      ${host.noSpeaker ? nothing : this.#speaker(devices)} ${host.noProcessing ? nothing : this.#processing(devices)}
      <div role="alert">${this.#problem ? this.#report(this.#problem) : nothing}</div>
    </div>`;
  }

  #unnamed(): TemplateResult {
    const { words } = this.#tools;
    return html`<div class="field" part="field">
      <p class="hint">${words.devicesUnnamed}</p>
      <div class="row">
        <button part="button" type="button" @click=${() => this.#attempt((devices) => devices.askPermission())}>
          ${words.allowMicrophone}
        </button>
      </div>
    </div>`;
  }

  #microphone(devices: DeviceManager): TemplateResult {
    const { words, call } = this.#tools;
    const on = isTalking(call);
    return html`<div class="field" part="field">
      <label for="microphone">${words.microphone}</label>
      ${this.#select("microphone", devices.microphones, devices.microphone, devices.defaultMicrophone)}
      <div class="row">
        <voice-level source="input" .call=${call} .peak=${on ? undefined : this.#preview.peak}></voice-level>
        <button
          part="button"
          type="button"
          aria-pressed=${this.#preview.open}
          ?hidden=${on}
          @click=${() => this.#attempt(() => this.#preview.toggle())}
        >
          ${words.testMicrophone}
        </button>
      </div>
    </div>`;
  }

  #speaker(devices: DeviceManager): TemplateResult {
    const { words, call } = this.#tools;
    return html`<div class="field" part="field">
        <label for="speaker">${words.speaker}</label>
        ${
          devices.canChooseSpeaker
            ? this.#select("speaker", devices.speakers, devices.speaker, devices.defaultSpeaker)
            : html`<p id="speaker" class="hint">${words.speakerBySystem}</p>`
        }
        <div class="row">
          <button part="button" type="button" aria-disabled=${this.#playing} @click=${this.#play}>${words.testSpeaker}</button>
        </div>
      </div>
      <div class="field" part="field" ?hidden=${!isTalking(call)}>
        <label for="volume">${words.volume}</label>
        <div class="row">
          <input
            id="volume"
            type="range"
            max=${percent}
            .value=${String(Math.round((call?.volume ?? 1) * percent))}
            aria-valuetext=${`${Math.round((call?.volume ?? 1) * percent)} %`}
            @input=${this.#setVolume}
          />
        </div>
      </div>`;
  }

  #processing(devices: DeviceManager): TemplateResult {
    const { words } = this.#tools;
    return html`<fieldset>
      <legend>${words.processing}</legend>
      ${[...processing, ...(devices.noiseSuppressor ? (["noiseSuppressor"] as const) : [])].map(
        (name) =>
          html`<label class="check"
            ><input
              type="checkbox"
              .checked=${live(devices.settings[name])}
              @change=${(event: Event) => this.#process(name, event.target as HTMLInputElement)}
            />${words[name]}</label
          >`,
      )}
    </fieldset>`;
  }

  #select(
    kind: "microphone" | "speaker",
    devices: readonly AudioDevice[],
    chosen: AudioDevice | undefined,
    preferred: AudioDevice | undefined,
  ): TemplateResult {
    const { words } = this.#tools;
    const there = chosen && devices.some(({ id }) => id === chosen.id);
    const system = preferred?.label ? fill(words.systemDefaultNamed, { name: preferred.label }) : words.systemDefault;
    const option = (id: string, label: string, disabled = false) =>
      html`<option value=${id} ?disabled=${disabled} .selected=${live(id === (chosen?.id ?? ""))}>${label}</option>`;
    return html`<select id=${kind} part="select" @change=${(event: Event) => this.#choose(kind, event)}>
      ${option("", system)}
      ${chosen && !there ? option(chosen.id, fill(words.notConnected, { name: chosen.label }), true) : nothing}
      ${devices.map(({ id, label }, index) => option(id, label || `${words[kind]} ${index + 1}`))}
    </select>`;
  }

  #report(problem: Problem): TemplateResult {
    const { message, action } = describeProblem(problem, this.#tools.words);
    return html`<p part="problem" class="problem"><bdi><strong>${message}</strong> ${action}</bdi></p>`;
  }

  #follow(): void {
    const devices = this.#tools.call?.devices ?? pageDevices();
    if (devices === this.#devices || !this.#tools.host.isConnected) return;
    this.hostDisconnected();
    this.#devices = devices;
    devices.addEventListener("change", this.#changed);
    void devices.refresh();
  }

  readonly #changed = (): void => {
    this.#preview.renew().catch((error: unknown) => this.#note(error));
    this.#tools.update();
  };

  #choose(kind: "microphone" | "speaker", event: Event): void {
    const { value: id } = event.target as HTMLSelectElement;
    this.#attempt(async (devices) => {
      const act = () => (kind === "microphone" ? devices.setMicrophone(id) : devices.setSpeaker(id));
      await this.#tools.ask(`voice-${kind}-request`, { id }, act);
    });
  }

  #process(name: keyof MicrophoneSettings, { checked }: HTMLInputElement): void {
    this.#attempt(async (devices) => {
      const settings = { [name]: checked };
      await this.#tools.ask("voice-processing-request", settings, () => devices.setSettings(settings));
    });
  }

  readonly #play = (): void => {
    if (this.#playing) return;
    this.#playing = true;
    this.#attempt((devices) => playTestSound(devices).finally(() => this.#stopped()));
  };

  #stopped(): void {
    this.#playing = false;
    this.#tools.update();
  }

  readonly #setVolume = (event: Event): void => {
    this.#tools.call?.setVolume(Number((event.target as HTMLInputElement).value) / percent);
    this.#tools.update();
  };

  /** Whatever comes of it, what is shown is what is so. */
  #attempt(act: (devices: DeviceManager) => Promise<unknown>): void {
    this.#problem = undefined;
    this.#tools.update();
    act(this.#devices ?? pageDevices())
      .catch((error: unknown) => this.#note(error))
      .finally(() => this.#tools.update());
  }

  #note(error: unknown): void {
    this.#problem = isProblem(error) ? error : { code: "internal", message: String(error), action: "" };
  }
}
