import { openLine } from '../../../../lib/features/isolation/line.js';
import type { FromMember } from '../../../../lib/features/isolation/protocol.js';

describe('the line to a thread', () => {
  test('tells what the thread said last, also where the news of its end comes first', () => {
    const heard: FromMember[] = [];
    const line = openLine('thread');
    line.onMessage = (message) => heard.push(message);

    line.opening.port?.postMessage({ kind: 'begun' });
    line.opening.port?.postMessage({ kind: 'closed' });
    line.close();

    expect(heard).toEqual([{ kind: 'begun' }, { kind: 'closed' }]);
  });
});
