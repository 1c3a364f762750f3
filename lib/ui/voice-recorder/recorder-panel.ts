import { css, html, nothing, type TemplateResult } from "lit";
import type { CallRecordingEvent } from "../../call/call-events.ts";
import { type CallView, isTalking } from "../call-view.ts";
import { ClockController, formatDuration } from "../clock-controller.ts";
import { fill } from "../messages/messages.ts";
import type { PanelInside, PanelTools } from "../voice-panel.ts";
import type { VoiceRecorder } from "./voice-recorder.ts";

export { panelBook } from "../messages/panel-book.ts";

export const styles = css`
  .panel,
  .consent {
    display: grid;
    gap: 0.75rem;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: center;
  }
  p {
    margin: 0;
    font-size: 0.875rem;
  }
  .consent {
    padding: 0.75rem;
    border-radius: calc(var(--_radius) * 0.75);
    background: var(--_notice);
    color: var(--_on-notice);
    font-size: 0.875rem;
  }
  .state {
    display: flex;
    gap: 0.5em;
    align-items: center;
    font-weight: 600;
  }
  .state::before {
    content: "";
    inline-size: 0.75em;
    block-size: 0.75em;
    border: 2px solid var(--_danger);
    border-radius: 50%;
    background: var(--_danger);
  }
  .paused::before {
    background: none;
  }
  .time {
    margin-inline-start: auto;
    font-weight: 400;
    font-variant-numeric: tabular-nums;
  }
  a {
    display: inline-flex;
    align-items: center;
    min-block-size: 44px;
    padding: 0.5em 1.1em;
    border-radius: 999px;
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 600;
    text-decoration: none;
  }
  @media (forced-colors: active) {
    .consent,
    a {
      border: 1px solid CanvasText;
    }
    .state::before {
      forced-color-adjust: none;
      border-color: CanvasText;
      background: CanvasText;
    }
    .paused::before {
      background: Canvas;
    }
  }
`;

type State = "idle" | "asking" | "recording" | "paused" | "busy" | "ready";

const extensions: Readonly<Record<string, string>> = { webm: "webm", mp4: "m4a", ogg: "ogg", wav: "wav" };

export function create(tools: PanelTools<VoiceRecorder>): PanelInside {
  return new RecorderPanel(tools);
}

class RecorderPanel implements PanelInside {
  readonly #tools: PanelTools<VoiceRecorder>;
  #state: State = "idle";
  #id: string | undefined;
  /** Recorded before the present stretch, and when that began. */
  #elapsedMs = 0;
  #since = 0;
  #file: { readonly blob: Blob; readonly name: string; readonly url: string } | undefined;

  constructor(tools: PanelTools<VoiceRecorder>) {
    this.#tools = tools;
    new ClockController(tools.host, () => this.#state === "recording");
  }

  hostConnected(): void {
    if (this.#file) this.#offer(this.#file.blob, this.#file.name);
  }

  hostDisconnected(): void {
    if (this.#file) URL.revokeObjectURL(this.#file.url);
  }

  /** What was recorded of the call before is still offered. */
  callChanged(_call: CallView | undefined): void {
    this.#id = undefined;
    if (this.#state !== "ready" && this.#state !== "busy") this.#to("idle");
  }

  callEvent(event: Event): void {
    if (event.type === "ended" && this.#state === "asking") this.#to("idle");
    if (event.type !== "recording") return;
    const { id, blob } = event as CallRecordingEvent;
    if (blob && id === this.#id) void this.#finish(blob);
  }

  render(): TemplateResult {
    const { words, call } = this.#tools;
    const running = this.#state === "recording" || this.#state === "paused";
    const button = (label: string, act: () => unknown, tone = "", pressed?: boolean) =>
      html`<button part="button" type="button" class=${tone} aria-pressed=${pressed ?? nothing} @click=${act}>${label}</button>`;
    return html`<div class="panel" role="group" aria-label=${words.record}>
      ${
        this.#state === "idle"
          ? html`<div class="row">
              <button part="button" type="button" aria-disabled=${!isTalking(call)} @click=${this.#ask}>${words.record}</button>
            </div>`
          : nothing
      }
      <div part="consent" class="consent" role="group" ?hidden=${this.#state !== "asking"}>
        <slot name="consent"><p>${words.recordConsent}</p></slot>
        <div class="row">
          ${button(words.recordAgree, this.#start, "primary")} ${button(words.recordCancel, () => this.#to("idle"))}
        </div>
      </div>
      <div role="status">
        ${
          running
            ? html`<p part="state" class="state ${this.#state}">
                ${this.#state === "paused" ? words.recordingPaused : words.recording}
              </p>`
            : nothing
        }
        ${this.#state === "busy" ? html`<p>${words.recordingBusy}</p>` : nothing}
        ${this.#state === "ready" ? html`<p>${words.recordingReady}</p>` : nothing}
      </div>
      ${
        running
          ? html`<div class="row">
              ${button(words.recordPause, this.#pause, "", this.#state === "paused")}
              ${button(words.recordStop, this.#stop, "danger")}
              <span class="time" role="timer">${formatDuration(this.#elapsed)}</span>
            </div>`
          : nothing
      }
      ${
        this.#file && this.#state === "ready"
          ? html`<div class="row">
              <a part="save" href=${this.#file.url} download=${this.#file.name}>${words.recordingSave}</a>
              ${button(words.recordingDiscard, this.#discard)}
            </div>`
          : nothing
      }
    </div>`;
  }

  get #elapsed(): number {
    return this.#elapsedMs + (this.#state === "recording" ? Date.now() - this.#since : 0);
  }

  #to(state: State): void {
    this.#elapsedMs = this.#elapsed;
    this.#since = Date.now();
    this.#state = state;
    this.#tools.update();
  }

  readonly #ask = (): void => {
    if (isTalking(this.#tools.call)) this.#to("asking");
  };

  readonly #start = (): void => {
    this.#attempt(async () => {
      const asked = await this.#tools.ask("voice-record-request", null, async () => {
        this.#id = this.#tools.call?.startRecording();
      });
      this.#elapsedMs = 0;
      this.#to(asked && this.#id !== undefined ? "recording" : "idle");
    });
  };

  readonly #pause = (): void => {
    const paused = this.#state === "recording";
    this.#attempt(async () => {
      if (this.#id !== undefined) this.#tools.call?.pauseRecording(this.#id, paused);
      this.#to(paused ? "paused" : "recording");
    });
  };

  readonly #stop = (): void => {
    this.#attempt(async () => {
      if (this.#id !== undefined) await this.#tools.call?.stopRecording(this.#id);
    });
  };

  readonly #discard = (): void => {
    this.hostDisconnected();
    this.#file = undefined;
    this.#to("idle");
  };

  async #finish(blob: Blob): Promise<void> {
    this.#id = undefined;
    this.#to("busy");
    const { words, locale, host } = this.#tools;
    const wav = host.format === "wav" ? await toWav(blob).catch(() => undefined) : undefined;
    const file = wav ?? blob;
    const kind = /^audio\/(\w+)/.exec(file.type)?.[1] ?? "";
    const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format();
    const name = `${fill(words.recordingName, { date })}.${extensions[kind] ?? "webm"}`.replaceAll(/[\\/:]/g, "-");
    this.#offer(file, name);
    this.#to("ready");
    this.#tools.notify("voice-recorded", { blob: file, name });
  }

  #offer(blob: Blob, name: string): void {
    this.#file = { blob, name, url: URL.createObjectURL(blob) };
  }

  /** A failure was told by a `voice-error`; nothing is recorded then. */
  #attempt(act: () => Promise<void>): void {
    act().catch(() => this.#to("idle"));
  }
}

/** A browser that cannot decode what it encoded itself keeps it as it is. */
async function toWav(blob: Blob): Promise<Blob> {
  const { wavOf } = await import("./wav-of.ts");
  return wavOf(blob);
}
