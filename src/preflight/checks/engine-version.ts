import type { EngineKind } from '../../config/types.ts';
import { isOlder } from '../../core/version.ts';
import type { EngineInfo } from '../../engine/types.ts';
import { manual, ok, problem, skip } from '../finding.ts';
import type { Check } from '../types.ts';

/** The oldest that can be expected to work, and why; README names those that were really run. */
const LEAST: Readonly<Record<EngineKind, readonly [version: string, why: string]>> = {
  podman: ['4.0', 'older ones do not tell their cgroup controllers'],
  docker: ['20.10', 'older ones have no cgroup v2 and only experimental rootless mode'],
  nerdctl: ['2.0', 'older ones were never tried'],
};

interface Trap {
  readonly engine: EngineKind;
  /** First release that has it, and the first that has it no more. */
  readonly from: string;
  readonly before: string;
  readonly when?: (engine: EngineInfo) => boolean;
  readonly what: string;
  readonly source: string;
}

const TRAPS: readonly Trap[] = [
  {
    engine: 'docker',
    from: '29.0',
    before: '29.1.2',
    when: ({ portDriver }) => portDriver === 'slirp4netns',
    what: 'publishing a port with the port driver slirp4netns ends with "failed to bind host port 10.0.2.100:…: address already in use"',
    source: 'https://github.com/moby/moby/issues/51591',
  },
  {
    engine: 'docker',
    from: '29.1.0',
    before: '29.1.1',
    what: "containers on networks of the user's, such as the node, do not resolve names outside",
    source: 'https://github.com/moby/moby/pull/51615',
  },
];

export const engineVersion: Check = {
  id: 'engine-version',
  title: 'the engine is new enough, and no release with a known fault',
  severity: 'warning',
  probe: async ({ engine }) => {
    if (engine === undefined) return skip('no engine to ask');
    const { kind, version } = engine;
    const evidence = `${kind} ${version}`;
    const [least, why] = LEAST[kind];
    if (isOlder(version, least)) return manual(`${evidence}: ${why}`, `Install ${kind} ${least} or newer`);
    const trap = TRAPS.find(
      (each) =>
        each.engine === kind &&
        !isOlder(version, each.from) &&
        isOlder(version, each.before) &&
        (each.when?.(engine) ?? true),
    );
    return trap === undefined
      ? ok(evidence)
      : problem(`${evidence}: ${trap.what} (${trap.source})`, `Update ${kind} to ${trap.before} or newer`);
  },
};
