import type { CallPhase } from "../call-view.ts";

/** What the call bar opens and closes. */
export type Drawer = "dialpad" | "devices";

/** What of a call is open and what is folded away. Holds it only: who changes it renders afterwards. */
export class Folds {
  /** At most one, so that the call fits a small screen. */
  drawer: Drawer | undefined;
  captions = true;
  /** Of the floating layout, until it is wanted. */
  folded = true;
  #phase: CallPhase = "idle";

  /** The phase about to be rendered; true where it is not the one before. */
  enter(phase: CallPhase): boolean {
    if (phase === this.#phase) return false;
    this.#phase = phase;
    if (phase !== "live") this.drawer = undefined;
    // Why it ended is for everybody to see.
    if (phase === "over") this.folded = false;
    return true;
  }

  toggleDrawer(drawer: Drawer): void {
    this.drawer = this.drawer === drawer ? undefined : drawer;
  }

  toggle(): void {
    this.folded = !this.folded;
    this.drawer = undefined;
  }
}
