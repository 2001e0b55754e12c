import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKS } from '../../../src/preflight/checks/index.ts';
import { selectChecks } from '../../../src/preflight/select.ts';

test('all checks run unless some are ignored', () => {
  expect(selectChecks()).toEqual(CHECKS);
  expect(selectChecks(['inotify', 'disk-space']).map(({ id }) => id)).toEqual(
    CHECKS.map(({ id }) => id).filter((id) => id !== 'inotify' && id !== 'disk-space'),
  );
});

test('an unknown id is refused with the list of known ones', () => {
  expect(() => selectChecks(['inotfy'])).toThrow(
    expect.objectContaining({ exitCode: 2, next: expect.stringContaining('inotify') }),
  );
});

/** Pages that are about no check. */
const OTHERS = ['README.md', 'distributions.md', 'peers.md'];
const pages = new URL('../../../docs/doctor/', import.meta.url);
const page = (name: string): string => readFileSync(new URL(name, pages), 'utf8');

test('every check has a line in the index, with its severity, what should be true, and whose work a fix is', () => {
  const lines = [
    ...page('README.md').matchAll(/^\| \[`(.*)`\]\((.*)\.md\)(.*?) \| (fatal|warning|minor) \| (.*) \|$/gm),
  ];
  expect(lines.map((line) => line.slice(1))).toEqual(
    CHECKS.map(({ id, severity, title, root }) => [id, id, root ? ' †' : '', severity, title]),
  );
});

test('there is a page for every check, and no other', () => {
  const names = readdirSync(pages).filter((name) => !OTHERS.includes(name));
  expect(names.toSorted()).toEqual(CHECKS.map(({ id }) => `${id}.md`).toSorted());
});

test.each(CHECKS.map(({ id, severity }) => [id, severity]))(
  'the page of %s says what is read, why, signs and fix',
  (id, severity) => {
    const text = page(`${id}.md`);
    expect(text.split('\n').slice(0, 2)).toEqual([
      `# ${id}`,
      `A ${severity} problem of \`rkube doctor\` ([all checks](README.md)).`,
    ]);
    expect([...text.matchAll(/^\*\*([^*]+)\.\*\*/gm)].map(([, part]) => part)).toEqual(
      expect.arrayContaining(['What is read', 'Why it matters', 'How it shows itself', 'Fix']),
    );
  },
);

test.each([...CHECKS.map(({ id }) => `${id}.md`), ...OTHERS])('links of %s lead somewhere', (name) => {
  const links = [...page(name).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = '']) => target);
  expect(links.filter((target) => !existsSync(new URL(target, pages)))).toEqual([]);
});
