import "voicebridge/elements";

const element = document.querySelector<HTMLElementTagNameMap["voice-call"]>("#radio")!;
const press = document.querySelector<HTMLButtonElement>("#press")!;
const keep = document.querySelector<HTMLInputElement>("#keep")!;
const onAir = document.querySelector<HTMLElement>("#on-air")!;

/** Not before the audio thread confirmed it: the page says "muted" when nobody can hear you. */
const talk = async (on: boolean) => {
  if (element.call?.state === "active") await element.call.setMuted(!on);
};

press.addEventListener("pointerdown", () => void talk(true));
press.addEventListener("keydown", ({ key, repeat }) => {
  if ((key === " " || key === "Enter") && !repeat) void talk(true);
});
// Let go, moved away, or another window in front: never stay on the air by accident.
for (const end of ["pointerup", "pointercancel", "pointerleave", "keyup", "blur"]) {
  press.addEventListener(end, () => void talk(keep.checked));
}
/** For those who cannot hold a button. */
keep.addEventListener("change", () => void talk(keep.checked));

element.addEventListener("voice-mutechange", ({ detail }) => {
  onAir.textContent = detail.muted ? "Muted" : "On the air";
});
element.addEventListener("voice-statechange", ({ detail }) => {
  const active = detail.state === "active";
  press.disabled = keep.disabled = !active;
  if (active) void talk(keep.checked);
});
