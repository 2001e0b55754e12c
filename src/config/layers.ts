// One layer per place settings are written in: flags, environment, rkube.yaml, a ticket or an existing node.

import { SETTINGS, type Setting, type SettingKey, type SettingKind } from './settings.ts';
import type { RawConfig } from './types.ts';

/** A value as it was written, with the place: `--node`, `RKUBE_NODE`, `rkube.yaml:3:7`. */
export interface Written {
  readonly value: unknown;
  readonly source: string;
}

export type Layer = ReadonlyMap<SettingKey, Written>;

export type Env = Readonly<Record<string, string | undefined>>;

/** `--port-kubelet <port>` → `portKubelet`: the attribute the command line library stores it under. */
function attribute(flag: string): string {
  return flagName(flag)
    .slice(2)
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Settings given as flags; `options` are the parsed options of the command line. */
export function flagLayer(options: Readonly<Record<string, unknown>>): Layer {
  return layer((setting) => {
    const value = setting.flag === '' ? undefined : options[attribute(setting.flag)];
    if (value === undefined) return undefined;
    const texts = Array.isArray(value) ? value.map(String).join(',') : value;
    return { value: typeof texts === 'string' ? fromText(texts, setting.kind) : texts, source: flagName(setting.flag) };
  });
}

/** Settings given in the environment; an empty variable counts as not set. */
export function envLayer(env: Env): Layer {
  return layer((setting) => {
    const name = setting.env.find((variable) => env[variable]);
    return name && { value: fromText(env[name] ?? '', setting.kind), source: name };
  });
}

/** Settings decided elsewhere, e.g. by a ticket. */
export function rawLayer(raw: RawConfig, source: string): Layer {
  const { ports = {}, ...rest } = raw;
  const flat: Record<string, unknown> = { ...rest };
  for (const [name, value] of Object.entries(ports)) flat[`ports.${name}`] = value;
  return layer(({ key }) => (flat[key] === undefined ? undefined : { value: flat[key], source }));
}

function layer(read: (setting: Setting) => Written | '' | undefined): Layer {
  return new Map(
    SETTINGS.flatMap((setting) => {
      const written = read(setting);
      return written ? [[setting.key, written] as const] : [];
    }),
  );
}

const flagName = (flag: string): string => flag.split(' ')[0] ?? '';

/** Text that is no number or truth value stays text: the check then names it as it was written. */
function fromText(text: string, kind: SettingKind): unknown {
  const trimmed = text.trim();
  switch (kind) {
    case 'number':
      return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
    case 'boolean':
      return /^(true|yes|1)$/i.test(trimmed) || (/^(false|no|0)$/i.test(trimmed) ? false : trimmed);
    case 'list':
      return trimmed.split(',').flatMap((item) => item.trim() || []);
    case 'text':
    case 'documents':
      return trimmed;
  }
}
