import type { CommandRunner } from '../core/command.ts';
import type { ContainerEngine, Dialect, EngineInfo } from './types.ts';

/** Joins what an engine is (dialect), what it told (info) and where it runs (runner). */
export function createEngine(dialect: Dialect, info: EngineInfo, runner: CommandRunner): ContainerEngine {
  const ask: ContainerEngine['ask'] = async (query, options) => query.parse(await runner.run(query.spec, options));
  return {
    dialect,
    info,
    runner,
    ask,
    // Two commands, because Docker's `ps` joins labels with commas and so cannot be read back.
    containers: async (label) => {
      const names = await ask(dialect.listContainers(label));
      return names.length === 0 ? [] : ask(dialect.inspectContainers(names));
    },
  };
}
