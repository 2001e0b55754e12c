// What is told to others must not hold what lets them in. Collecting only what is needed comes first
// (cluster/support); this is the second line, for secrets that stand where none is expected.

const MASK = '***';

/** From the first word that says so, the name of a setting whose value is a secret; `auth` alone, as in registries' files. */
const SECRET_NAME = String.raw`(?:token|passw(?:or)?d|passphrase|secret|credential|api[_-]?key|private[_-]?key|client-key-data|certificate[_-]?key|access[_-]?key|authorization|cookie)[\w.-]{0,80}|(?<![\w.-])auth`;
/** What may stand before it; bounded, so that long words take no time. */
const BEFORE = String.raw`[\w.-]{0,80}?`;
/** Names that only look like it: the value is a place, a kind or a time. */
const HARMLESS_NAME = /(?:file|path|dir|name|names|mode|ttl|expiration|type|kind|id|ref|version|usages?|description)$/i;
type Rule = readonly [pattern: RegExp, replace: (match: string, ...parts: string[]) => string];

function masked(match: string, before = '', name = ''): string {
  if (HARMLESS_NAME.test(name)) return match;
  const quote = /^\\?["']/.exec(match.slice(before.length))?.[0] ?? '';
  return `${before}${quote}${MASK}${quote}`;
}

const RULES: readonly Rule[] = [
  // Private keys; of one that is cut off, all there is.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$(?![\s\S]))/g, () => MASK],
  // YAML: a value of several lines, which stand deeper than its name.
  [
    new RegExp(
      `^(([ \\t]*)(?:- )?["']?${BEFORE}(${SECRET_NAME})["']?:[ \\t]*)[|>][-+\\d]*\\n(?:\\2[ \\t]+.*(?:\\n|$)|[ \\t]*\\n)+`,
      'gim',
    ),
    (match, before, _indent, name) => (HARMLESS_NAME.test(name ?? '') ? match : `${before}${MASK}\n`),
  ],
  // An environment variable in a manifest.
  [new RegExp(`(name["']?:[ \\t]*["']?${BEFORE}(${SECRET_NAME})["']?,?\\s*["']?value["']?:[ \\t]*).+`, 'gi'), masked],
  [/:\/\/[^\s/"'<>]+@/g, () => `://${MASK}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/g, (_match, kind) => `${kind} ${MASK}`],
  // NAME=value, name: value, "name": "value", "name\": \"value.
  [
    new RegExp(
      `((${SECRET_NAME})\\\\?["']?[ \\t]*[:=][ \\t]*)(?:\\\\?"(?:[^"\\\\]|\\\\(?!").)*\\\\?"|'[^']*'|[^\\s,;{}[\\]"']+)`,
      'gi',
    ),
    masked,
  ],
  // --name value, and the same in a list.
  [new RegExp(`(--${BEFORE}(${SECRET_NAME})["']?,?[ \\t]+["']?)[^\\s"',-][^\\s"',]*`, 'gi'), masked],
  [/\brkube1\.[\w.-]+/g, () => MASK],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, () => MASK],
  [/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, () => MASK],
  // A certificate key looks like a container's id: what engines show of an id is enough. Digests are public.
  [/(?<!sha256:)\b([0-9a-f]{12})[0-9a-f]{52}\b/g, (_match, short) => `${short}…`],
  // What else looks like a key in base64.
  [/[A-Za-z0-9+/_-]{60,}={0,2}/g, (match) => (isKeyLike(match) ? MASK : match)],
];

/** The text without what looks like a secret: keys, tokens, tickets, passwords. */
export function redact(text: string): string {
  return RULES.reduce((shown, [pattern, replace]) => shown.replace(pattern, replace), text);
}

/** Capitals, small letters and digits, and not a path. */
function isKeyLike(text: string): boolean {
  const slashes = text.split('/').length - 1;
  return /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text) && slashes < text.length / 15;
}
