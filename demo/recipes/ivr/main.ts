import "voicebridge/elements";

const element = document.querySelector<HTMLElementTagNameMap["voice-call"]>("#menu-call")!;
const buttons = [...document.querySelectorAll<HTMLButtonElement>("#menu button")];

/** The menu on the page is the menu of the telephone: a press sends its key. */
const enable = (on: boolean) => {
  for (const button of buttons) button.disabled = !on;
};
for (const button of buttons) button.addEventListener("click", () => void element.call?.sendDtmf(button.value));
element.addEventListener("voice-statechange", ({ detail }) => enable(detail.state === "active"));
enable(false);
