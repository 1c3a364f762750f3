/** Changes that pages registered, by lower-case tag: the same for every book. */
const registered = new Map<string, object[]>();
const books = new Set<{ forget(): void }>();

export function registerChanges(locale: string, changes: object): void {
  const tag = locale.toLowerCase();
  registered.set(tag, [...(registered.get(tag) ?? []), changes]);
  for (const book of books) book.forget();
}

/** Tables of words by language, of which all but the first are loaded when they are needed. */
export class MessageBook<Table extends object> {
  readonly #first: Table;
  readonly #loaders: Readonly<Record<string, () => Promise<Table>>>;
  readonly #merge: (base: Table, changes: object) => Table;
  readonly #loaded = new Map<string, Table>();
  readonly #loading = new Map<string, Promise<void>>();
  readonly #found = new Map<string, Table>();

  constructor(
    first: Table,
    loaders: Readonly<Record<string, () => Promise<Table>>>,
    merge: (base: Table, changes: object) => Table = (base, changes) => ({ ...base, ...changes }),
  ) {
    this.#first = first;
    this.#loaders = loaders;
    this.#merge = merge;
    books.add(this);
  }

  /** The same object until something is registered or loaded. */
  find(locale: string): Table {
    const tag = locale.toLowerCase();
    let found = this.#found.get(tag);
    if (!found) {
      const language = languageOf(tag);
      const changes = [...new Set([language, tag])].flatMap((name) => registered.get(name) ?? []);
      found = changes.reduce(this.#merge, this.#loaded.get(language) ?? this.#first);
      this.#found.set(tag, found);
    }
    return found;
  }

  /** Undefined where nothing needs to be waited for. Never rejects: a language that cannot be had is tried again by the next element. */
  load(locale: string): Promise<void> | undefined {
    const language = languageOf(locale.toLowerCase());
    const loader = this.#loaders[language];
    if (!loader || this.#loaded.has(language)) return undefined;
    let loading = this.#loading.get(language);
    if (!loading) {
      loading = loader()
        .then(
          (table) => {
            this.#loaded.set(language, table);
            this.forget();
          },
          () => {},
        )
        .finally(() => this.#loading.delete(language));
      this.#loading.set(language, loading);
    }
    return loading;
  }

  forget(): void {
    this.#found.clear();
  }
}

const languageOf = (tag: string): string => tag.split("-", 1)[0] ?? "";
