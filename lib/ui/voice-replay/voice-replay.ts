import {
  type CSSResult,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { type FlightRecord, flightAt } from "../../call/flight-record.ts";
import { formatDuration } from "../clock-controller.ts";
import { type DetailOf, type VoiceNotificationMap, voiceEvent } from "../events.ts";
import { figureStyles } from "../figure-list.ts";
import { localeOf } from "../messages/locale.ts";
import { fill, type MessageChanges } from "../messages/messages.ts";
import { plotStyles } from "../plot.ts";
import { buttons, theme } from "../styles.ts";
import { RecordSounds } from "./record-sounds.ts";
import { RecordSource } from "./record-source.ts";
import { ReplayDrawing } from "./replay-drawing.ts";
import { eventList, momentFigures } from "./replay-moment.ts";
import { formatPosition, type ReplayWords, replayWords, replayWordsReady, stateWord } from "./replay-words.ts";
import { styles } from "./voice-replay.styles.ts";

/** One step of the slider, milliseconds. */
const STEP_MS = 100;

const endWords = { local: "endedLocal", remote: "endedRemote", network: "endedNetwork", error: "endedError" } as const;

/**
 * Shows what happened in a call from the file that `call.flightRecord()` or a `SessionRecorder` made: states, levels, delay by its stages, opinion
 * score, concealment and drift over time, and every event; a slider goes through it. The file is chosen, dropped, or named by `src`, and
 * stays in the page.
 *
 * @tag voice-replay
 * @csspart open - The button that chooses a file.
 * @csspart problem - What went wrong.
 * @csspart summary - When the call was, and how it ended.
 * @csspart slider - The slider.
 * @csspart button - The buttons that go from event to event.
 * @csspart states - The drawing of the states.
 * @csspart plot - One drawing over time.
 * @csspart moment - What was the case at the moment that is shown.
 * @csspart events - The list of events.
 * @csspart detail - The whole of the event that is shown.
 * @cssprop --voice-accent - Slider, and the event that is shown.
 * @cssprop --voice-good - Curves, and the time of the conversation.
 * @cssprop --voice-danger - Times without a connection.
 * @cssprop --voice-surface - Background.
 * @fires voice-replayed - A record is shown. `detail.record`
 * @fires voice-error - A file could not be shown. `detail.error`
 */
export class VoiceReplay extends LitElement {
  static override styles: CSSResult[] = [theme, buttons, plotStyles, figureStyles, styles];
  static override properties: PropertyDeclarations = {
    src: { type: String },
    position: { type: Number },
    noPicker: { type: Boolean, attribute: "no-picker" },
    messages: { attribute: false },
  };

  /** Address of the file to show. */
  declare src: string | undefined;
  /** The moment that is shown, milliseconds after the beginning. */
  declare position: number;
  /** No button that chooses a file, and none can be dropped. */
  declare noPicker: boolean;
  /** Words that replace those of the message table. */
  declare messages: MessageChanges | undefined;

  #record: FlightRecord | undefined;
  #drawing: { readonly record: FlightRecord; readonly locale: string; readonly drawing: ReplayDrawing } | undefined;
  #over = false;
  readonly #sounds = new RecordSounds(this);
  readonly #source = new RecordSource({
    changed: () => this.requestUpdate(),
    opened: (record) => this.#show(record),
    failed: (error) => this.#dispatch("voice-error", { error }),
  });

  constructor() {
    super();
    this.position = 0;
    this.noPicker = false;
  }

  /** What is shown. */
  get record(): FlightRecord | undefined {
    return this.#record;
  }

  /** Shows a file. Resolves with whether it could; where not, a `voice-error` says why. */
  open(file: Blob): Promise<boolean> {
    return this.#source.open(() => file.text());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#source.stop();
  }

  protected override scheduleUpdate(): Promise<unknown> | undefined {
    const waiting = replayWordsReady(localeOf(this));
    if (!waiting) return super.scheduleUpdate() as undefined;
    return waiting.then(() => super.scheduleUpdate());
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("src") && this.src) void this.#source.fetch(this.src);
    const most = this.#record?.durationMs ?? 0;
    if (this.#record && !(this.position >= 0 && this.position <= most)) {
      this.position = Math.min(most, Math.max(0, this.position || 0));
    }
  }

  protected override render(): TemplateResult {
    const words = this.#words;
    const record = this.#record;
    const { busy, problem } = this.#source;
    return html`<section
      class="replay ${this.#over ? "over" : ""}"
      aria-label=${words.replay}
      @dragover=${this.#dragOver}
      @dragleave=${this.#dragLeave}
      @drop=${this.#drop}
    >
      ${this.noPicker ? nothing : this.#picker(words)}
      <p role="status" class=${busy ? "" : "unseen"}>${busy ? words.replayLoading : ""}</p>
      <div role="alert">${problem ? html`<p part="problem" class="problem">${words[problem]}</p>` : nothing}</div>
      ${record ? this.#shown(record, words) : nothing}
    </section>`;
  }

  protected override updated(): void {
    const list = this.renderRoot.querySelector("ol");
    const current = list?.querySelector<HTMLElement>("[aria-current]");
    if (!list || !current) return;
    const [top, bottom] = [
      current.offsetTop - list.offsetTop,
      current.offsetTop - list.offsetTop + current.offsetHeight,
    ];
    if (top < list.scrollTop || bottom > list.scrollTop + list.clientHeight)
      list.scrollTop = top - list.clientHeight / 2;
  }

  #picker(words: ReplayWords): TemplateResult {
    return html`<div class="open">
      <input type="file" hidden accept=".jsonl,.json,application/jsonl" @change=${this.#chosen} />
      <button part="open" type="button" @click=${this.#choose}>${words.replayOpen}</button>
      <p class="hint">${this.#over ? words.replayDrop : words.replayHint}</p>
    </div>`;
  }

  #shown(record: FlightRecord, words: ReplayWords): TemplateResult {
    const { position } = this;
    const now = flightAt(record, position);
    const text = `${formatPosition(position)}, ${stateWord(words, now.state)}`;
    return html`
      ${this.#summary(record, words)}
      <div>
        <div class="when">
          <input
            part="slider"
            type="range"
            dir="ltr"
            min="0"
            max=${Math.ceil(record.durationMs / STEP_MS) * STEP_MS}
            step=${STEP_MS}
            .value=${String(position)}
            aria-label=${words.replayPosition}
            aria-valuetext=${text}
            @input=${this.#slide}
          />
          <output aria-hidden="true">${formatPosition(position)}</output>
        </div>
        <div class="steps">
          <button part="button" type="button" @click=${() => this.#step(-1)}>${words.replayPrevious}</button>
          <button part="button" type="button" @click=${() => this.#step(1)}>${words.replayNext}</button>
        </div>
      </div>
      <div class="plots">${this.#drawingOf(record, words).render(position)}</div>
      ${momentFigures(now, words, this.#number)} ${this.#soundsOf(words)}
      ${eventList(record, now.event, words, this.#go)}
    `;
  }

  #summary({ startedAt, durationMs, ended, missingLines }: FlightRecord, words: ReplayWords): TemplateResult {
    const date = new Intl.DateTimeFormat(localeOf(this), { dateStyle: "medium", timeStyle: "medium" }).format(
      startedAt,
    );
    const reason = ended && fill(words.reason, { reason: ended.code ?? ended.reason });
    return html`<div part="summary">
      <p class="heading">${fill(words.replayBegan, { date, duration: formatDuration(durationMs) })}</p>
      ${ended ? html`<p>${words[endWords[ended.by]]} ${reason}</p>` : nothing}
      ${ended?.message ? html`<p><bdi>${ended.message}</bdi></p>` : nothing}
      ${missingLines > 0 ? html`<p>${fill(words.replayMissing, { count: this.#number(missingLines) })}</p>` : nothing}
    </div>`;
  }

  #soundsOf(words: ReplayWords): TemplateResult[] {
    return this.#sounds.offered.map(
      ({ url }) => html`<audio controls src=${url} aria-label=${words.replaySound}></audio>`,
    );
  }

  #drawingOf(record: FlightRecord, words: ReplayWords): ReplayDrawing {
    const locale = localeOf(this);
    if (this.#drawing?.record !== record || this.#drawing.locale !== locale) {
      this.#drawing = { record, locale, drawing: new ReplayDrawing(record, words, this.#number) };
    }
    return this.#drawing.drawing;
  }

  get #words(): ReplayWords {
    return replayWords(localeOf(this), this.messages);
  }

  readonly #number = (value: number, digits = 0): string => {
    const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(localeOf(this), format).format(value);
  };

  #show(record: FlightRecord): void {
    this.#record = record;
    this.#sounds.show(record);
    this.position = 0;
    this.#dispatch("voice-replayed", { record });
  }

  // ── what a person does

  readonly #choose = (): void => {
    this.renderRoot.querySelector<HTMLInputElement>("input[type=file]")?.click();
  };

  readonly #chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file) void this.open(file);
    input.value = ""; // the same file can be chosen again
  };

  readonly #dragOver = (event: DragEvent): void => {
    if (this.noPicker || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#isOver(true);
  };

  readonly #dragLeave = (event: DragEvent): void => {
    if (!this.renderRoot.contains(event.relatedTarget as Node | null)) this.#isOver(false);
  };

  readonly #drop = (event: DragEvent): void => {
    if (this.noPicker) return;
    event.preventDefault();
    this.#isOver(false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void this.open(file);
  };

  #isOver(over: boolean): void {
    this.#over = over;
    this.requestUpdate();
  }

  readonly #slide = (event: Event): void => this.#go((event.target as HTMLInputElement).valueAsNumber);

  /** To the next moment, or the one before, at which something happened. */
  #step(direction: 1 | -1): void {
    const times = this.#record?.events.map(({ atMs }) => atMs) ?? [];
    const next =
      direction > 0 ? times.find((atMs) => atMs > this.position) : times.findLast((atMs) => atMs < this.position);
    if (next !== undefined) this.#go(next);
  }

  readonly #go = (atMs: number): void => {
    this.position = atMs;
    const players = this.renderRoot.querySelectorAll("audio");
    for (const [index, { fromMs }] of this.#sounds.offered.entries()) {
      const player = players[index];
      if (player) player.currentTime = Math.max(0, (atMs - fromMs) / 1000);
    }
  };

  #dispatch<Type extends keyof VoiceNotificationMap>(type: Type, detail: DetailOf<Type>): void {
    this.dispatchEvent(voiceEvent(type, detail, {}));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-replay": VoiceReplay;
  }
}
