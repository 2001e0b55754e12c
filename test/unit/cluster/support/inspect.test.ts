import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { toldOfContainer } from '../../../../src/cluster/support/inspect.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/engine/inspect/', import.meta.url));

it.each(readdirSync(FOLDER))('of %s state, ports and labels of rkube are told, and no value of a variable', (name) => {
  const [found] = JSON.parse(readFileSync(`${FOLDER}${name}`, 'utf8')) as [Record<string, Record<string, unknown>>];
  const { Config = {} } = found;
  Config['Env'] = ['DB_URL=hunter2', 'container=podman'];
  Config['CreateCommand'] = ['podman', 'create', '-e', 'DB_URL=hunter2'];
  Config['Cmd'] = ['--pass', 'hunter2'];
  Config['Labels'] = { 'dev.rkube.node': 'host1', 'com.example.login': 'hunter2' };
  const told = toldOfContainer(JSON.stringify([{ ...found, Args: ['hunter2'], Config }]));
  expect(told).not.toContain('hunter2');
  expect(JSON.parse(told)).toMatchObject({
    State: found['State'],
    Labels: { 'dev.rkube.node': 'host1' },
    Variables: ['DB_URL', 'container'],
  });
});
