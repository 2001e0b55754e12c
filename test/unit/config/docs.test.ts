import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/parse.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { SETTINGS, type Setting } from '../../../src/config/settings.ts';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

const code = (text: string | number): string => `\`${text}\``;

/** A setting as the page's table has it. */
function row({ key, flag, env, fallback, meaning }: Setting): string {
  const cells = [
    flag === '' ? '' : code(flag),
    code(key),
    env.map(code).join(', '),
    fallback === undefined ? '' : code(fallback),
    meaning.replaceAll('|', '\\|'),
  ];
  return `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |').replaceAll('|  |', '| |');
}

describe('docs/configuration.md', () => {
  it('lists every setting, in order, and no other', () => {
    const rows = page.split('\n').filter((line) => /^\|.*\|$/.test(line) && line.includes('`'));
    expect(rows).toEqual(SETTINGS.map(row));
  });

  it('shows a file that rkube takes', async () => {
    const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
    const file = parseConfig(example, 'rkube.yaml');
    expect([...file.keys()]).toEqual(expect.arrayContaining(['ports.kubelet', 'publish', 'kubeadm']));
    await expect(resolveConfig({ flags: {}, env: {}, file, hostname: 'a' })).resolves.toMatchObject({ cluster: 'lab' });
  });
});
