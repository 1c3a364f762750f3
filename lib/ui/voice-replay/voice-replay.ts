import {
  type CSSResult,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { type FlightRecord, flightAt, readFlightRecord } from "../../call/flight-record.ts";
import { formatDuration } from "../clock-controller.ts";
import { type DetailOf, type VoiceNotificationMap, voiceEvent } from "../events.ts";
import { localeOf } from "../messages/locale.ts";
import { fill, type MessageChanges } from "../messages/messages.ts";
import { plotStyles, stageNames } from "../plot.ts";
import { buttons, theme } from "../styles.ts";
import { ReplayDrawing } from "./replay-drawing.ts";
import {
  formatPosition,
  kindWords,
  type ReplayWords,
  replayWords,
  replayWordsReady,
  stateWord,
} from "./replay-words.ts";
import { styles } from "./voice-replay.styles.ts";

/** Of the events, so many are listed before and after the moment that is shown. */
const LISTED = 40;
/** One step of the slider, milliseconds. */
const STEP_MS = 100;

const endWords = { local: "endedLocal", remote: "endedRemote", network: "endedNetwork", error: "endedError" } as const;

type Problem = "replayNoRecord" | "replayVersion" | "replayUnreachable";

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
  static override styles: CSSResult[] = [theme, buttons, plotStyles, styles];
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
  #problem: Problem | undefined;
  /** Of what is being opened; what comes later takes its place. */
  #opening: AbortController | undefined;
  #over = false;
  #sounds: readonly { readonly fromMs: number; readonly url: string }[] = [];

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
    return this.#open(() => file.text());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#offerSounds();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#opening?.abort();
    this.#revokeSounds();
  }

  protected override scheduleUpdate(): Promise<unknown> | undefined {
    const waiting = replayWordsReady(localeOf(this));
    if (!waiting) return super.scheduleUpdate() as undefined;
    return waiting.then(() => super.scheduleUpdate());
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("src") && this.src) void this.#fetch(this.src);
    const most = this.#record?.durationMs ?? 0;
    if (this.#record && !(this.position >= 0 && this.position <= most)) {
      this.position = Math.min(most, Math.max(0, this.position || 0));
    }
  }

  protected override render(): TemplateResult {
    const words = this.#words;
    const record = this.#record;
    return html`<section
      class="replay ${this.#over ? "over" : ""}"
      aria-label=${words.replay}
      @dragover=${this.#dragOver}
      @dragleave=${this.#dragLeave}
      @drop=${this.#drop}
    >
      ${this.noPicker ? nothing : this.#picker(words)}
      <p role="status" class=${this.#opening ? "" : "unseen"}>${this.#opening ? words.replayLoading : ""}</p>
      <div role="alert">${this.#problem ? html`<p part="problem" class="problem">${words[this.#problem]}</p>` : nothing}</div>
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
      ${this.#moment(now, words)} ${this.#soundsOf(words)} ${this.#events(record, now.event, words)}
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
      ${ended?.message ? html`<p dir="auto">${ended.message}</p>` : nothing}
      ${missingLines > 0 ? html`<p>${fill(words.replayMissing, { count: this.#number(missingLines) })}</p>` : nothing}
    </div>`;
  }

  #moment({ state, level, quality }: ReturnType<typeof flightAt>, words: ReplayWords): TemplateResult {
    const row = (label: unknown, value: string | undefined) =>
      html`<div><dt>${label}</dt><dd>${value ?? "–"}</dd></div>`;
    const percent = (peak: number | undefined) => (peak === undefined ? undefined : `${this.#number(peak * 100)} %`);
    const ms = (value: number | undefined) => (value === undefined ? undefined : `${this.#number(value)} ms`);
    const stages = [words.stageCapture, words.stageNetwork, words.stageBuffer, words.stageOutput];
    return html`<div part="moment">
      <p class="heading">${words.replayMoment}</p>
      <dl>
        ${row(words.replayState, stateWord(words, state))} ${row(words.inputLevel, percent(level?.input))}
        ${row(words.outputLevel, percent(level?.output))} ${row(words.mos, quality && this.#number(quality.mos, 1))}
        ${row(words.delay, ms(quality?.delayMs))}
        ${stages.map((label, index) =>
          row(
            html`<i class="swatch stage-${index}"></i>${label}`,
            ms(quality?.stages[stageNames[index] ?? "outputMs"]),
          ),
        )}
        ${row(words.concealed, quality && `${this.#number(quality.concealedPct, 1)} %`)}
        ${row(words.drift, quality?.driftPpm === undefined ? undefined : `${this.#number(quality.driftPpm)} ppm`)}
      </dl>
    </div>`;
  }

  #soundsOf(words: ReplayWords): TemplateResult[] {
    return this.#sounds.map(({ url }) => html`<audio controls src=${url} aria-label=${words.replaySound}></audio>`);
  }

  #events({ events }: FlightRecord, current: number, words: ReplayWords): TemplateResult {
    const from = Math.max(0, current - LISTED);
    const detail = events[current]?.detail;
    return html`<div>
      <p class="heading" id="events">${words.replayEvents}</p>
      ${events.length === 0 ? html`<p>${words.replayNoEvent}</p>` : nothing}
      <ol part="events" aria-labelledby="events">
        ${events.slice(from, current + 1 + LISTED).map(
          ({ atMs, kind, name }, index) => html`<li>
            <button type="button" aria-current=${from + index === current ? "true" : nothing} @click=${() => this.#go(atMs)}>
              <time>${formatPosition(atMs)}</time><span class="kind">${words[kindWords[kind]]}</span
              ><span dir="auto">${kind === "state" ? stateWord(words, name) : name}</span>
            </button>
          </li>`,
        )}
      </ol>
      ${detail ? html`<pre part="detail" tabindex="0" aria-label=${events[current]?.name ?? ""} role="group">${detail}</pre>` : nothing}
    </div>`;
  }

  #drawingOf(record: FlightRecord, words: ReplayWords): ReplayDrawing {
    const locale = localeOf(this);
    if (this.#drawing?.record !== record || this.#drawing.locale !== locale) {
      const number = (value: number, digits = 0) => this.#number(value, digits);
      this.#drawing = { record, locale, drawing: new ReplayDrawing(record, words, number) };
    }
    return this.#drawing.drawing;
  }

  get #words(): ReplayWords {
    return replayWords(localeOf(this), this.messages);
  }

  #number(value: number, digits = 0): string {
    const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(localeOf(this), format).format(value);
  }

  // ── where the file comes from

  #fetch(src: string): Promise<boolean> {
    return this.#open(async (signal) => {
      const response = await fetch(src, { signal });
      if (!response.ok) throw new Error(`${src}: ${response.status}`);
      return response.text();
    });
  }

  async #open(read: (signal: AbortSignal) => Promise<string>): Promise<boolean> {
    this.#opening?.abort();
    const opening = new AbortController();
    this.#opening = opening;
    this.#problem = undefined;
    this.requestUpdate();
    try {
      const text = await read(opening.signal);
      if (opening.signal.aborted) return false;
      this.#show(readFlightRecord(text));
      return true;
    } catch (error) {
      if (opening.signal.aborted) return false;
      this.#fail(error);
      return false;
    } finally {
      if (this.#opening === opening) this.#opening = undefined;
      this.requestUpdate();
    }
  }

  #show(record: FlightRecord): void {
    this.#revokeSounds();
    this.#record = record;
    this.#offerSounds();
    this.position = 0;
    this.#dispatch("voice-replayed", { record });
  }

  #fail(error: unknown): void {
    const code = (error as { code?: unknown } | undefined)?.code;
    this.#problem =
      code === "trace-format" ? "replayNoRecord" : code === "trace-version" ? "replayVersion" : "replayUnreachable";
    this.#dispatch("voice-error", { error: error instanceof Error ? error : new Error(String(error)) });
  }

  #offerSounds(): void {
    if (this.#sounds.length > 0 || !this.isConnected) return;
    this.#sounds = (this.#record?.sounds ?? []).map(({ fromMs, blob }) => ({ fromMs, url: URL.createObjectURL(blob) }));
  }

  #revokeSounds(): void {
    for (const { url } of this.#sounds) URL.revokeObjectURL(url);
    this.#sounds = [];
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

  #go(atMs: number): void {
    this.position = atMs;
    const players = this.renderRoot.querySelectorAll("audio");
    for (const [index, { fromMs }] of this.#sounds.entries()) {
      const player = players[index];
      if (player) player.currentTime = Math.max(0, (atMs - fromMs) / 1000);
    }
  }

  #dispatch<Type extends keyof VoiceNotificationMap>(type: Type, detail: DetailOf<Type>): void {
    this.dispatchEvent(voiceEvent(type, detail, {}));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "voice-replay": VoiceReplay;
  }
}
