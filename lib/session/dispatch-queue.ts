/** Runs tasks one after the other, in the order they came; at once where nothing runs. Tasks do not throw or reject. */
export class DispatchQueue {
  #tasks: (() => Promise<void>)[] = [];
  #running = false;

  /** Tasks that have not begun. */
  get length(): number {
    return this.#tasks.length;
  }

  push(task: () => Promise<void>): void {
    this.#tasks.push(task);
    if (!this.#running) void this.#run();
  }

  /** Forgets what has not begun. */
  clear(): void {
    this.#tasks = [];
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) await task();
    this.#running = false;
  }
}
