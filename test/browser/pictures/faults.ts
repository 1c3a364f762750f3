import type { Page } from "@playwright/test";

export interface Fault {
  readonly scene: string;
  readonly element: string;
  readonly why: string;
}

/** What can be seen to be wrong without looking: content that sticks out of the page, text that is cut off, controls too small to be hit. */
export const faults = (page: Page): Promise<Fault[]> =>
  page.evaluate(() => {
    const found: Fault[] = [];
    const visit = (scene: string, element: Element): void => {
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const seen = box.width > 1 && box.height > 1 && style.visibility === "visible";
      if (!seen && style.display !== "contents") return;
      const say = (why: string) =>
        found.push({ scene, element: `${element.localName}.${element.getAttribute("class") ?? ""}`, why });
      const inside = element.closest("svg") !== null && element.localName !== "svg";
      if (!inside && seen && (box.left < -0.5 || box.right > innerWidth + 0.5)) say("sticks out of the page");
      const cut = style.overflowX === "hidden" || style.overflowX === "clip";
      if (cut && element.scrollWidth > element.clientWidth + 1) say("text is cut off");
      const button = element.localName === "button" || element.localName === "select";
      if (button && (box.width < 43.9 || box.height < 43.9)) say(`${box.width} × ${box.height}`);
      const words = [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== "");
      if (words && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && !cut)
        say("text runs out of its box");
      for (const child of [...element.children, ...(element.shadowRoot?.children ?? [])]) visit(scene, child);
    };
    for (const cell of document.querySelectorAll<HTMLElement>("#scenes > section"))
      for (const child of cell.children) visit(cell.dataset["scene"] ?? "", child);
    return found;
  });
