import type { CommandRunner } from '../core/command.ts';
import type { ContainerEngine, Dialect, EngineInfo } from './types.ts';

/** Joins what an engine is (dialect), what it told (info) and where it runs (runner). */
export function createEngine(dialect: Dialect, info: EngineInfo, runner: CommandRunner): ContainerEngine {
  return {
    dialect,
    info,
    runner,
    ask: async (query, options) => query.parse(await runner.run(query.spec, options)),
  };
}
