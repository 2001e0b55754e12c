import { expect, test } from 'vitest';
import { isOlder } from '../../../src/core/version.ts';

test.each([
  ['5.4.2', '5.13', true],
  ['5.13.0-rc1', '5.13', false],
  ['6.1', '5.13', false],
  ['10.0.1', '6', false],
  ['26.1.5+dfsg1', '26.1.6', true],
  ['v2.2.1', '2.2.1', false],
  ['29', '29.0.1', true],
  ['custom', '5.13', false],
])('%s is older than %s: %s', (version, than, expected) => expect(isOlder(version, than)).toBe(expected));
