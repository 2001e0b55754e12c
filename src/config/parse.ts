import { type Document, isMap, isNode, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import type { Layer, Written } from './layers.ts';
import { nearest } from './nearest.ts';
import { problemsError, shown } from './problems.ts';
import { DOCUMENT_KINDS, SETTINGS, type SettingKey, type SettingKind } from './settings.ts';

/**
 * Reads the text of an rkube.yaml.
 * @param file name of the file, for messages and sources
 * @throws RkubeError with all problems, each as `file:line:col: …`
 */
export function parseConfig(text: string, file: string): Layer {
  const reader = new FileReader(text, file);
  reader.section(reader.root, '');
  if (reader.problems.length > 0) throw problemsError(file, reader.problems);
  return reader.found;
}

class FileReader {
  readonly found = new Map<SettingKey, Written>();
  readonly problems: string[];
  readonly #lines = new LineCounter();
  readonly #doc: Document.Parsed;
  readonly #file: string;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#doc = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    this.problems = this.#doc.errors.map((error) => `${this.#at(error.pos[0])}: ${error.message}`);
  }

  get root(): Node | null {
    return this.#doc.contents;
  }

  /** Reads the settings of a mapping; `prefix` is '' or `ports.` */
  section(node: unknown, prefix: string): void {
    for (const pair of this.#pairs(node, prefix || 'the file')) {
      const key = prefix + String(pair.key);
      const setting = SETTINGS.find((candidate) => candidate.key === key);
      if (setting) this.#setting(setting.key, setting.kind, pair);
      else if (SETTINGS.some((candidate) => candidate.key.startsWith(`${key}.`))) this.section(pair.value, `${key}.`);
      else this.#unknown(pair, key, siblings(prefix));
    }
  }

  #setting(key: SettingKey, kind: SettingKind, { value: node }: Pair): void {
    const value = isNode(node) ? node.toJS(this.#doc) : null;
    // `key:` with nothing after it means "not set", as it does in Kubernetes' own files.
    if (value === null) return;
    if (kind === 'documents') this.#documents(node);
    else if (!FITS[kind].test(value)) {
      this.problems.push(`${this.#at(node)}: ${key} must be ${FITS[kind].name}, got ${shown(value)}`);
    }
    this.found.set(key, { value: kind === 'list' ? [value].flat().map(String) : value, source: this.#at(node) });
  }

  #documents(node: unknown): void {
    for (const pair of this.#pairs(node, 'kubeadm')) {
      const kinds: readonly string[] = DOCUMENT_KINDS;
      const key = `kubeadm.${String(pair.key)}`;
      if (kinds.includes(String(pair.key))) this.#pairs(pair.value, key);
      else this.#unknown(pair, key, kinds);
    }
  }

  #unknown(pair: Pair, key: string, known: readonly string[]): void {
    const meant = nearest(String(pair.key), known);
    const hint = meant === undefined ? `known keys: ${known.join(', ')}` : `did you mean "${meant}"?`;
    this.problems.push(`${this.#at(pair.key)}: unknown key ${key}; ${hint}`);
  }

  #pairs(node: unknown, what: string): YAMLMap['items'] {
    if (isMap(node)) return node.items;
    const value = isNode(node) ? node.toJS(this.#doc) : null;
    if (value !== null)
      this.problems.push(
        `${this.#at(node)}: ${what.replace(/\.$/, '')} must be a mapping (key: value), got ${shown(value)}`,
      );
    return [];
  }

  #at(place: unknown): string {
    const offset = typeof place === 'number' ? place : isNode(place) ? (place.range?.[0] ?? 0) : 0;
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#file}:${line}:${col}`;
  }
}

/** The keys a mapping may have. */
function siblings(prefix: string): string[] {
  const keys = SETTINGS.filter(({ key }) => key.startsWith(prefix)).map(({ key }) => key.slice(prefix.length));
  return [...new Set(keys.map((key) => key.split('.')[0] ?? key))];
}

/** What may stand in the file; what it must say is checked with flags and environment (rules.ts). */
const FITS: Record<Exclude<SettingKind, 'documents'>, { name: string; test: (value: unknown) => boolean }> = {
  text: { name: 'text (put it in quotes)', test: (value) => typeof value === 'string' },
  number: { name: 'a whole number', test: Number.isInteger },
  boolean: { name: 'true or false', test: (value) => typeof value === 'boolean' },
  list: {
    name: 'a list of texts',
    test: (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number'),
  },
};
