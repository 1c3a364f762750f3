/** What the table of elements says: tag, what it shows, what it asks. */
const rows: readonly (readonly [string, string, string])[] = [
  ["voice-call", "The whole call: start, stages, bar, meters, captions, keypad, end.", "all of the below"],
  ["voice-call-button", "Starts a call; calls again after one.", "voice-call-request"],
  ["voice-mute-button", "Pressed while the microphone sends silence.", "voice-mute-request"],
  ["voice-hangup-button", "Ends the call, or gives up starting it.", "voice-hangup-request"],
  ["voice-dialpad", "Twelve keys, typed digits, what was sent.", "voice-dtmf-request"],
  ["voice-level", "A meter of what is sent (input) or played (output).", "–"],
  ["voice-captions", "What was said; finished sentences are read out.", "–"],
  ["voice-devices", "Microphone, loudspeaker, volume, processing.", "voice-microphone-request, voice-speaker-request"],
  ["voice-quality", "Bars, score, delay by stage, all over time; a file of the call.", "voice-flight-record-request"],
  ["voice-recorder", "Records both sides after asking; pause, save.", "voice-record-request"],
  ["voice-preflight", "A check before the call, with a report.", "voice-preflight-request"],
  ["voice-incoming", "Who calls, with a ringtone; accept, decline.", "voice-accept-request, voice-reject-request"],
  ["voice-pip-button", "The call in a small window on top of others.", "voice-pip-request"],
  ["voice-replay", "A saved file of a call, gone through like a film.", "–"],
  ["voice-status", "State and duration; announces changes.", "–"],
];

export function fillElementsTable(body: HTMLElement): void {
  for (const [tag, shows, asks] of rows) {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    const code = document.createElement("code");
    code.textContent = `<${tag}>`;
    const link = document.createElement("a");
    link.href = `./elements/${tag}/`;
    link.append(code);
    head.append(link);
    row.append(head);
    for (const [label, text] of [
      ["Shows", shows],
      ["Asks", asks],
    ] as const) {
      const cell = document.createElement("td");
      cell.textContent = text;
      cell.dataset["label"] = label;
      cell.classList.toggle("none", text === "–");
      row.append(cell);
    }
    body.append(row);
  }
}
