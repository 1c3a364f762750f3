import { html, nothing, type TemplateResult } from "lit";
import type { CallEnd, CallWarning } from "../../call/call-events.ts";
import type { CallState } from "../../call/call-state.ts";
import { describeEnd, describeProblem } from "../describe.ts";
import { warningIcon } from "../icons.ts";
import type { Messages } from "../messages/messages.ts";
import type { MicrophonePermission } from "../permission-controller.ts";

const stages = ["stageMicrophone", "stageConnection", "stageTalk"] as const satisfies readonly (keyof Messages)[];

/** Why the browser is going to ask, or that it will not. `wanted`: the call needs a microphone, and is yet to come. */
export function permissionHint(permission: MicrophonePermission, wanted: boolean, table: Messages): TemplateResult {
  const denied = permission === "denied";
  return html`<p part="permission" class=${denied ? "alert" : "hint"} ?hidden=${!wanted || permission === "granted"}>
    <slot name="permission">${denied ? table.permissionDenied : table.permissionPrompt}</slot>
  </p>`;
}

/** How far a call that is being started has come. */
export function connectingStages(state: CallState, table: Messages): TemplateResult {
  const current = state === "initiating" ? 0 : 1;
  return html`<ol part="stages" class="stages">
    ${stages.map((key, index) => {
      const kind = index < current ? "done" : index === current ? "current" : "next";
      return html`<li part="stage ${kind}" class=${kind} aria-current=${kind === "current" ? "step" : nothing}>
        ${table[key]}${kind === "done" ? html`<span class="unseen">, ${table.stageDone}</span>` : nothing}
      </li>`;
    })}
  </ol>`;
}

/** Things that need attention while the call goes on, each with the one action that fixes it where there is one. */
export function warningList(
  warnings: readonly CallWarning[],
  table: Messages,
  resume: (warning: CallWarning) => void,
): TemplateResult {
  return html`<div part="warnings" class="warnings" role="group" aria-live="polite">
    ${warnings.map((warning) => {
      const { message, action } = describeProblem(warning, table);
      return html`<div part="warning" class="warning">
        ${warningIcon}
        <p><bdi><strong>${message}</strong> ${action}</bdi></p>
        ${warning.resume && html`<button type="button" part="resume" @click=${() => resume(warning)}>${table.fixes[warning.code] ?? table.resolve}</button>`}
      </div>`;
    })}
  </div>`;
}

/** Who ended the call and why, or what went wrong and what to do. `permission`: what the browser says of the microphone now. */
export function endReport(
  end: CallEnd | undefined,
  table: Messages,
  permission: MicrophonePermission,
): TemplateResult | typeof nothing {
  if (end === undefined) return nothing;
  const { headline, detail } = describeEnd(end, table);
  const code = end.error?.code;
  const mended = code === "media-permission-denied" && permission === "granted";
  return html`
    <p part="headline" class="headline">${code ? warningIcon : nothing}<strong><bdi>${headline}</bdi></strong></p>
    <p part="detail" class="detail" role=${mended ? "status" : nothing} ?hidden=${detail === ""}>
      <bdi>${mended ? table.permissionGranted : detail}</bdi>
    </p>
    ${remedy(code, table)} ${code ? html`<p part="code" class="code"><code>${code}</code></p>` : nothing}
  `;
}

/** A way out that no button of the call can offer. */
function remedy(code: string | undefined, table: Messages): TemplateResult | typeof nothing {
  const { href, protocol } = location;
  const link = (address: string, label: string) =>
    html`<a part="remedy" href=${address} target="_blank" rel="noopener">${label}</a>`;
  if (code === "media-policy-iframe" && top !== self) return link(href, table.openTab);
  if (code === "media-insecure-context" && protocol === "http:") return link(`https${href.slice(4)}`, table.openSecure);
  return nothing;
}
