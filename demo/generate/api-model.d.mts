export interface ApiEntry {
  /** As it is imported. */
  readonly name: string;
  readonly exports: readonly ApiItem[];
}

export interface ApiItem {
  readonly name: string;
  readonly kind: "class" | "interface" | "function" | "type" | "const" | "namespace";
  readonly signature: string;
  readonly doc: string;
  readonly members: readonly { readonly name: string; readonly signature: string; readonly doc: string }[];
}

/** `root`: of the repository. */
export function apiModel(root: string): Promise<readonly ApiEntry[]>;
