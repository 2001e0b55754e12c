import { quote } from '../../core/command.ts';
import { blockingLines } from '../../host/modules.ts';
import { loadFile, type Remedy, settings } from '../remedy.ts';
import type { Part } from './parts.ts';

/** What the root script does for one finding. */
export interface Step {
  /** Shell functions that the commands need. */
  readonly parts: readonly Part[];
  /** Commands of a POSIX shell; none when a person has to do it. */
  readonly commands: readonly string[];
  /** What a person has to do then, or instead. */
  readonly note: string;
}

/** A remedy as commands that look first, keep what was, and then change it. */
export function stepOf(remedy: Remedy): Step {
  switch (remedy.kind) {
    case 'sysctl':
      return step(['same', 'put', 'want-file', 'sysctl'], call('want_sysctl', remedy.file, ...settings(remedy.values)));
    case 'switch':
      return step(
        ['same', 'put', 'want-file', 'sysctl', 'switch'],
        call('want_switch', remedy.file, remedy.key, remedy.value),
      );
    case 'unit':
    case 'file': {
      const [part, name] =
        remedy.kind === 'unit' ? (['unit', 'want_unit'] as const) : (['want-file', 'want_file'] as const);
      return {
        ...step(['same', 'put', 'want-file', part], call(name, remedy.path, ...remedy.lines)),
        note: remedy.afterwards,
      };
    }
    case 'subids': {
      const { file, user, start, count } = remedy;
      return {
        ...step(['same', 'put', 'subids'], call('want_range', `/etc/${file}`, user, start, count)),
        note: `${user} runs podman system migrate, if Podman was used before`,
      };
    }
    case 'linger':
      return step(['linger'], call('want_linger', remedy.user));
    case 'capabilities':
      return step(['capabilities'], ...Object.entries(remedy.programs).map((each) => call('want_capability', ...each)));
    case 'modules':
      return modulesStep(remedy);
    case 'package': {
      const names = Object.entries(remedy.names).map(([manager, name]) => `${manager}=${name}`);
      return step(['has-package', 'package'], call('want_package', remedy.tools.join(' '), ...names));
    }
    case 'manual':
      return { ...step([]), note: remedy.text };
  }
}

function modulesStep({ modules, atBoot }: Remedy & { kind: 'modules' }): Step {
  const unblock = call('unblock', blockingLines(modules));
  if (!atBoot) return step(['same', 'put', 'modules'], unblock);
  const load = call('want_file', loadFile(modules), ...modules);
  return {
    ...step(['same', 'put', 'want-file', 'modules'], unblock, load),
    note: 'reboot: modules load before sysctl forbids it',
  };
}

const step = (parts: readonly Part[], ...commands: readonly string[]): Step => ({ parts, commands, note: '' });

const call = (name: string, ...args: readonly (string | number)[]): string =>
  [name, ...args.map((each) => quote(String(each)))].join(' ');
