/** False where the clipboard is closed to the page: the text is selected instead. */
export async function copy(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}

/** What the person is told. */
export const copyOutcome = (copied: boolean): string => (copied ? "Copied" : "Selected: copy it with the keyboard");
