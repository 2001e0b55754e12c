import { build, normal, type Settled } from './build.ts';
import { type Env, envLayer, flagLayer, type Layer, type Written } from './layers.ts';
import { problem, problemsError, shown } from './problems.ts';
import { SETTINGS, type Setting, type SettingKey } from './settings.ts';
import type { NodeConfig } from './types.ts';
import { jointProblems } from './validate.ts';

export interface ResolveInput {
  /** Parsed options of the command line. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Env;
  /** What `loadConfig` found. */
  readonly file: Layer;
  readonly hostname: string;
  /**
   * Finds the host address unless it was set; undefined when the host has none.
   * Verbs that only name a node leave this out: `address` may then be ''.
   */
  readonly address?: () => Promise<string | undefined>;
  /** Settings decided elsewhere (a ticket, the existing node; see `rawLayer`), which cannot be set otherwise here. */
  readonly fixed?: readonly Layer[];
}

/**
 * Makes the complete settings of a node: flags, then environment, file, what is fixed elsewhere,
 * what the host tells, defaults.
 * @throws RkubeError `config-invalid` with all problems
 */
export async function resolveConfig(input: ResolveInput): Promise<NodeConfig> {
  const own = [flagLayer(input.flags), envLayer(input.env), input.file];
  const layers = [...own, ...(input.fixed ?? [])];
  const settled = new Map<SettingKey, Written>();
  for (const setting of SETTINGS) {
    settled.set(setting.key, first(layers, setting.key) ?? (await derive(setting, input)));
  }
  const config = build(settled);
  const problems = [
    ...ownProblems(settled, input),
    ...fixedProblems(own, input.fixed ?? [], config.address),
    ...jointProblems(config),
  ];
  if (problems.length > 0) throw problemsError('The settings', problems);
  return config;
}

/** `Host_7.example.org` → `host-7` */
export function nodeNameOf(hostname: string): string {
  const [label = ''] = hostname.toLowerCase().split('.');
  return label.replace(/[^a-z0-9-]/g, '-').replace(/^-+|-+$/g, '');
}

async function derive(setting: Setting, input: ResolveInput): Promise<Written> {
  if (setting.key === 'node') return { value: nodeNameOf(input.hostname), source: 'host' };
  if (setting.key === 'address') return { value: await input.address?.(), source: 'host' };
  return { value: setting.fallback, source: 'default' };
}

function first(layers: readonly Layer[], key: SettingKey): Written | undefined {
  return layers.find((layer) => layer.has(key))?.get(key);
}

function ownProblems(settled: Settled, input: ResolveInput): string[] {
  return SETTINGS.flatMap((setting: Setting & { key: SettingKey }) => {
    const { value, source } = settled.get(setting.key) ?? {};
    const mayBeUnset =
      setting.fallback === undefined && setting.key !== 'node' && !(setting.key === 'address' && input.address);
    if (value === undefined && mayBeUnset) return [];
    const items = Array.isArray(value) ? value : [value];
    return items.flatMap((item: unknown) => {
      const mustBe = setting.rule(item);
      return mustBe === undefined ? [] : [problem(setting.key, source, mustBe, item)];
    });
  });
}

/** Whatever was written here must agree with what is already decided, and so must a ticket with the existing node. */
function fixedProblems(own: readonly Layer[], fixed: readonly Layer[], address: string): string[] {
  const same = (key: SettingKey, a: unknown, b: unknown): boolean =>
    JSON.stringify(normal(key, a, address)) === JSON.stringify(normal(key, b, address));
  return fixed.flatMap((layer, index) =>
    [...layer].flatMap(([key, decided]) => {
      const written = first([...own, ...fixed.slice(0, index)], key);
      if (!written || same(key, written.value, decided.value)) return [];
      const mustBe = `as ${decided.source} has it (${shown(decided.value)})`;
      return [problem(key, written.source, mustBe, written.value)];
    }),
  );
}
