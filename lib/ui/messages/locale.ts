/** The language an element is to speak: the nearest `lang` around it (shadow roots crossed), else the browser's. */
export function localeOf(element: Element): string {
  let node: Node | null = element;
  while (node !== null) {
    if (node instanceof Element) {
      const tag = node.getAttribute("lang");
      if (tag) return tag;
      node = node.assignedSlot ?? node.parentNode;
    } else {
      node = node instanceof ShadowRoot ? node.host : node.parentNode;
    }
  }
  return globalThis.navigator?.language ?? "en";
}
