import { css, html, nothing, type TemplateResult } from "lit";
import { type PreflightCheck, type PreflightCheckName, type PreflightReport, preflight } from "../../call/preflight.ts";
import type { Verdict } from "../../call/preflight-verdicts.ts";
import { describeProblem } from "../describe.ts";
import type { PanelMessages } from "../messages/panel-messages.ts";
import type { PanelInside, PanelTools } from "../voice-panel.ts";
import type { VoicePreflight } from "./voice-preflight.ts";

export { panelBook } from "../messages/panel-book.ts";

export const styles = css`
  .panel {
    display: grid;
    gap: 0.75rem;
  }
  p {
    margin: 0;
    font-size: 0.875rem;
  }
  .hint {
    color: var(--_soft);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: center;
  }
  .prompt,
  .verdict {
    font-size: 1rem;
    font-weight: 600;
  }
  ul {
    display: grid;
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.875rem;
  }
  li {
    display: grid;
    grid-template-columns: 1.25rem 1fr auto;
    gap: 0 0.5rem;
    align-items: baseline;
  }
  .mark {
    text-align: center;
    font-weight: 700;
  }
  .good .mark {
    color: var(--_good);
  }
  .warning .mark,
  .bad .mark {
    color: var(--_danger);
  }
  .found {
    color: var(--_soft);
    text-align: end;
    overflow-wrap: anywhere;
  }
  .advice {
    grid-column: 2 / -1;
    color: var(--_soft);
  }
  a {
    display: inline-flex;
    align-items: center;
    min-block-size: 44px;
    color: var(--_accent);
    font-weight: 600;
  }
`;

const names: Readonly<Record<PreflightCheckName, keyof PanelMessages>> = {
  microphone: "microphone",
  speaker: "speaker",
  echo: "checkEcho",
  connection: "checkConnection",
  codec: "checkCodec",
  roundTrip: "checkRoundTrip",
  jitter: "checkJitter",
  loop: "checkLoop",
};

const verdicts: Readonly<Record<Verdict, readonly [mark: string, word: keyof PanelMessages]>> = {
  good: ["✓", "verdictGood"],
  warning: ["!", "verdictWarning"],
  bad: ["✗", "verdictBad"],
  skipped: ["–", "verdictSkipped"],
};

const advice: Readonly<Record<string, keyof PanelMessages>> = {
  "preflight-quiet": "adviceQuiet",
  "preflight-loud": "adviceLoud",
  "preflight-unheard": "adviceUnheard",
  "preflight-echo": "adviceEcho",
  "preflight-network": "adviceNetwork",
};

const reports: Readonly<Partial<Record<Verdict, keyof PanelMessages>>> = {
  good: "reportGood",
  warning: "reportWarning",
  bad: "reportBad",
};

export function create(tools: PanelTools<VoicePreflight>): PanelInside {
  return new PreflightPanel(tools);
}

class PreflightPanel implements PanelInside {
  readonly #tools: PanelTools<VoicePreflight>;
  #running: AbortController | undefined;
  #step: PreflightCheckName | undefined;
  #checks: readonly PreflightCheck[] = [];
  #report: PreflightReport | undefined;
  #url: string | undefined;
  #peak = 0;
  #answer: ((heard: boolean) => void) | undefined;

  constructor(tools: PanelTools<VoicePreflight>) {
    this.#tools = tools;
  }

  hostDisconnected(): void {
    this.#stop();
    this.#forget();
  }

  render(): TemplateResult {
    const { words } = this.#tools;
    const running = this.#running !== undefined;
    const button = (label: string, act: () => void, kind = "") =>
      html`<button part="button" type="button" class=${kind} @click=${act}>${label}</button>`;
    return html`<div class="panel" role="group" aria-label=${words.preflight}>
      <p class="hint" ?hidden=${running || this.#report !== undefined}>${words.preflightHint}</p>
      <div role="status">
        ${running ? html`<p part="prompt" class="prompt">${this.#prompt()}</p>` : nothing}
        ${this.#report ? html`<p part="verdict" class="verdict">${this.#sentence(this.#report)}</p>` : nothing}
      </div>
      ${running && this.#step === "microphone" ? html`<voice-level source="input" .peak=${this.#peak}></voice-level>` : nothing}
      ${
        this.#answer
          ? html`<div class="row">
              ${button(words.yes, () => this.#say(true), "primary")} ${button(words.no, () => this.#say(false))}
            </div>`
          : nothing
      }
      <ul part="checks" ?hidden=${this.#checks.length === 0}>
        ${this.#checks.map((check) => this.#line(check))}
      </ul>
      <div class="row">
        ${
          running
            ? button(words.preflightCancel, () => this.#stop())
            : button(this.#report ? words.preflightAgain : words.preflightStart, () => void this.#run(), "primary")
        }
        ${
          this.#url && !running
            ? html`<a part="save" href=${this.#url} download="voicebridge-preflight.json">${words.preflightSave}</a>`
            : nothing
        }
      </div>
    </div>`;
  }

  #prompt(): string {
    const { words } = this.#tools;
    if (this.#answer) return words.preflightHeard;
    if (this.#step === "microphone") return words.preflightSpeak;
    return this.#step === "speaker" ? words.preflightListen : words.preflightConnect;
  }

  #sentence({ verdict }: PreflightReport): string {
    const key = reports[verdict];
    return key ? this.#tools.words[key] : "";
  }

  #line(check: PreflightCheck): TemplateResult {
    const { words, locale } = this.#tools;
    const [mark, word] = verdicts[check.verdict];
    const { value, unit, text } = check;
    const number = value === undefined ? "" : `${new Intl.NumberFormat(locale).format(value)} ${unit ?? ""}`;
    const why = this.#advice(check);
    return html`<li part="check ${check.verdict}" class=${check.verdict}>
      <span class="mark" aria-hidden="true">${mark}</span>
      <span>${words[names[check.name]]}: ${words[word]}</span>
      <span class="found" dir="auto">${text ?? number}</span>
      ${why ? html`<span class="advice"><bdi>${why}</bdi></span>` : nothing}
    </li>`;
  }

  #advice({ code, message = "", action = "" }: PreflightCheck): string {
    if (code === undefined) return "";
    const { words } = this.#tools;
    const key = advice[code];
    if (key) return words[key];
    const problem = describeProblem({ code, message, action }, words);
    return `${problem.message} ${problem.action}`;
  }

  async #run(): Promise<void> {
    const running = new AbortController();
    const { host } = this.#tools;
    const act = async () => {
      this.#running = running;
      this.#checks = [];
      this.#forget();
      const report = await preflight({
        ...host.options,
        ...(host.src ? { src: host.src } : {}),
        ...(host.token ? { token: host.token } : {}),
        signal: running.signal,
        onBegin: (name) => this.#show(() => (this.#step = name)),
        onCheck: (check) => this.#show(() => (this.#checks = [...this.#checks, check])),
        onLevel: (peak) => this.#show(() => (this.#peak = peak)),
        confirmSpeaker: () => this.#ask(running.signal),
      });
      this.#report = report;
      const file = new Blob([JSON.stringify(report, null, 2)], { type: "application/json" });
      this.#url = URL.createObjectURL(file);
      this.#tools.notify("voice-preflight", { report });
    };
    await this.#tools
      .ask("voice-preflight-request", null, () =>
        act().catch((error: unknown) => {
          if (!running.signal.aborted) throw error;
        }),
      )
      .catch(() => {}); // told by a `voice-error`
    if (this.#running === running) this.#running = undefined;
    this.#tools.update();
  }

  #ask(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#show(() => (this.#answer = resolve));
    });
  }

  #say(heard: boolean): void {
    const answer = this.#answer;
    this.#show(() => (this.#answer = undefined));
    answer?.(heard);
  }

  #stop(): void {
    const running = this.#running;
    this.#running = undefined;
    this.#answer = undefined;
    this.#step = undefined;
    this.#checks = this.#report ? this.#checks : [];
    running?.abort();
    this.#tools.update();
  }

  #forget(): void {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
    this.#report = undefined;
  }

  #show(change: () => void): void {
    change();
    this.#tools.update();
  }
}
