import { type Call, Client, type ClientState, isEnd, pageDevices, type VoiceError } from "voicebridge";
import "voicebridge/elements";
import { VoiceIncoming } from "voicebridge/elements/voice-incoming";
import { assets } from "../site/assets.ts";
import { ConferencePanel } from "./conference-panel.ts";
import { DirectoryPanel, type Program } from "./directory-panel.ts";
import { find } from "./find.ts";
import { HistoryPanel } from "./history-panel.ts";
import { LinesPanel } from "./lines-panel.ts";
import { nameOfCall, programOf, rememberProgram } from "./names.ts";

customElements.define("voice-incoming", VoiceIncoming);

const query = new URLSearchParams(location.search);
const id = query.get("id") ?? "";
if (id === "") find("#who").hidden = false;
else openPhone(id, query.get("name") || undefined);

function openPhone(id: string, displayName: string | undefined): void {
  const client = new Client({
    hub: "/hub",
    id,
    resume: "reload",
    ...(displayName !== undefined && { displayName }),
    ...(assets && { audio: { assets } }),
  });
  const shown = find<HTMLElementTagNameMap["voice-call"]>("#call");
  const incoming = find<HTMLElementTagNameMap["voice-incoming"]>("#incoming");
  const trouble = find("#trouble");

  document.title = `${displayName ?? id} · Phone · voicebridge`;
  find("#me-title").textContent = displayName ? `${displayName} (${id})` : id;
  find("#phone").hidden = false;

  /** Does what a person asked for; tells why it could not be done. */
  const attempt = async (act: () => unknown): Promise<void> => {
    trouble.textContent = "";
    try {
      await act();
    } catch (error) {
      const { message, action = "" } = error as Error & { action?: string };
      trouble.textContent = `${message} ${action}`;
    }
    update();
  };

  // ── calls
  /** Whom the person talks to, wherever the element says it. */
  const name = (call: Call): void => {
    const other = nameOfCall(call, client);
    shown.label = other;
    shown.messages = { agent: other, outputLevel: `The level of ${other}` };
  };
  const show = (call: Call): void => {
    shown.call = call;
    name(call);
    shown.hidden = false;
    find("#no-call").hidden = true;
    update();
  };
  const callPerson = (to: string) => attempt(() => show(client.call(to)));
  const startProgram = (program: Program): Call => {
    const call = client.call({ src: program.src, from: id });
    rememberProgram(call, program);
    return call;
  };
  const callProgram = (program: Program) => attempt(() => show(startProgram(program)));
  // "Call again", on the end screen.
  shown.createCall = () => {
    const before = shown.call as Call;
    const program = programOf(before);
    return program ? startProgram(program) : client.call(before.party?.id ?? "");
  };

  const conference = new ConferencePanel(find("#conference"), { client, attempt, changed: () => update() });
  const lines = new LinesPanel(find("#lines"), {
    client,
    attempt,
    show,
    shown: () => shown.call as Call | undefined,
    merge: () => attempt(() => conference.merge()),
  });
  const directory = new DirectoryPanel({ client, callPerson, callProgram });
  const history = new HistoryPanel(find("#history"), { client, callPerson });

  const update = (): void => {
    lines.render();
    conference.render();
    directory.render();
    history.render();
  };
  client.addEventListener("call", ({ call }) => {
    for (const type of ["statechange", "partychange", "bridgechange", "mutechange", "ended"] as const) {
      call.addEventListener(type, () => {
        if (shown.call === call) name(call);
        update();
        // A call that is over makes room for one that goes on.
        const next = client.calls.at(-1);
        if (isEnd(call.state) && shown.call === call && next) show(next);
      });
    }
    show(call);
  });
  for (const type of ["presence", "missed", "incoming"] as const) client.addEventListener(type, update);
  client.addEventListener("quality-alert", ({ call, alert }) => {
    const who = nameOfCall(call, client);
    const causes = alert.causes.map(
      (cause) => ({ mos: "it sounds bad", loss: "sound is lost", jitter: "it arrives unevenly" })[cause],
    );
    find("#alerts").textContent =
      alert.kind === "recovered"
        ? `The call with ${who} is good again.`
        : `The call with ${who}: ${causes.join(", ")}.`;
  });
  find("#dial").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = find<HTMLInputElement>("#dial input");
    void callPerson(field.value.trim());
    field.value = "";
  });

  // ── the hub
  const connect = () => attempt(() => client.connect());
  client.addEventListener("state", ({ state, error }) => showState(state, error));
  const showState = (state: ClientState, error: VoiceError | undefined): void => {
    find("#line").textContent = describeState(state, error);
    find("#line").dataset["state"] = state;
    const action = state === "standby" ? "Use it here" : state === "offline" && error ? "Try again" : undefined;
    const place = find("#line-action");
    place.replaceChildren();
    if (action !== undefined) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: action });
      button.addEventListener("click", () => void (state === "standby" ? attempt(() => client.takeOver()) : connect()));
      place.append(button);
    }
    update();
  };
  showState(client.state, undefined);
  void client.connect().catch((error: VoiceError) => showState(client.state, error));

  // ── this person
  const status = find<HTMLSelectElement>("#my-status");
  status.addEventListener("change", () => client.setPresence(status.value as typeof client.status));

  // ── ringing
  incoming.client = client;
  const speaker = find<HTMLSelectElement>("#ring-speaker");
  const devices = pageDevices();
  const listSpeakers = (): void => {
    const usual = new Option("System default", "");
    const others = devices.speakers.filter(({ id }) => id !== "" && id !== "default");
    speaker.replaceChildren(usual, ...others.map(({ id, label }) => new Option(label || id, id)));
    speaker.value = incoming.speaker;
  };
  devices.addEventListener("devicechange", listSpeakers);
  void devices.refresh().then(listSpeakers, listSpeakers);
  speaker.addEventListener("change", () => {
    incoming.speaker = speaker.value;
  });
  find("#notify").addEventListener("click", async () => {
    const may = await incoming.allowNotifications();
    find("#notify-outcome").textContent = may
      ? "A call is notified while this page is not in front."
      : "Your browser does not let this page notify you.";
  });
  incoming.addEventListener("voice-error", ({ detail }) => {
    trouble.textContent = detail.error.message;
  });
  update();
}

function describeState(state: ClientState, error: VoiceError | undefined): string {
  switch (state) {
    case "connecting":
      return "Connecting…";
    case "online":
      return "Online: others can call.";
    case "away":
      return "The hub is away. Reconnecting…; calls that are on go on.";
    case "standby":
      return "This phone is open in another tab, which rings.";
    case "closed":
      return "Closed.";
    case "offline":
      return error ? `Not connected. ${error.message} ${error.action}` : "Connecting…";
  }
}
