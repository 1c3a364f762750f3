/** The element that has the focus, inside of shadow roots as well; undefined where nothing has it. */
export function focusedElement(): HTMLElement | undefined {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active instanceof HTMLElement && active !== document.body ? active : undefined;
}

/** Whether keys go into a text: taking the focus away would lose them, or press what was not meant. */
export function isTyping(element: HTMLElement | undefined): boolean {
  if (element === undefined) return false;
  if (element instanceof HTMLInputElement)
    return !["button", "checkbox", "radio", "range", "submit"].includes(element.type);
  return element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement || element.isContentEditable;
}
